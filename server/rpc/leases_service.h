#pragma once

#include "replog/v1/leases.grpc.pb.h"
#include "server/rpc/unary.h"

namespace replog {

// replog.v1.Leases, whose behaviour is still to come: every call says so.
class LeasesService final : public v1::Leases::CallbackService {
 public:
  grpc::ServerUnaryReactor* Acquire(grpc::CallbackServerContext* context, const v1::AcquireRequest*,
                                    v1::AcquireResponse*) override {
    return FinishNow(context, NotBuilt("Acquire"));
  }
  grpc::ServerUnaryReactor* Renew(grpc::CallbackServerContext* context, const v1::RenewRequest*,
                                  v1::RenewResponse*) override {
    return FinishNow(context, NotBuilt("Renew"));
  }
  grpc::ServerUnaryReactor* Release(grpc::CallbackServerContext* context, const v1::ReleaseRequest*,
                                    v1::ReleaseResponse*) override {
    return FinishNow(context, NotBuilt("Release"));
  }
  grpc::ServerUnaryReactor* Get(grpc::CallbackServerContext* context, const v1::GetRequest*,
                                v1::GetResponse*) override {
    return FinishNow(context, NotBuilt("Get"));
  }
};

}  // namespace replog
