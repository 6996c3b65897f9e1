#pragma once

#include "replog/v1/leases.grpc.pb.h"
#include "server/core/lease_keeper.h"
#include "server/rpc/gate.h"

namespace replog {

namespace leases_internal {
using Stub = v1::Leases;
// Raw, so that malformed requests are refused by us; see FinishRawOn.
using Base =
    Stub::WithRawCallbackMethod_Acquire<Stub::WithRawCallbackMethod_Renew<Stub::WithRawCallbackMethod_Release<
        Stub::WithRawCallbackMethod_Get<Stub::WithRawCallbackMethod_List<Stub::Service>>>>>;
}  // namespace leases_internal

// replog.v1.Leases over a LeaseKeeper.
class LeasesService final : public leases_internal::Base {
 public:
  // Both must outlive it.
  LeasesService(LeaseKeeper& leases, const Gate& gate) : leases_(leases), gate_(gate) {}

  grpc::ServerUnaryReactor* Acquire(grpc::CallbackServerContext* context, const grpc::ByteBuffer* request,
                                    grpc::ByteBuffer* response) override;
  grpc::ServerUnaryReactor* Renew(grpc::CallbackServerContext* context, const grpc::ByteBuffer* request,
                                  grpc::ByteBuffer* response) override;
  grpc::ServerUnaryReactor* Release(grpc::CallbackServerContext* context, const grpc::ByteBuffer* request,
                                    grpc::ByteBuffer* response) override;
  grpc::ServerUnaryReactor* Get(grpc::CallbackServerContext* context, const grpc::ByteBuffer* request,
                                grpc::ByteBuffer* response) override;
  grpc::ServerUnaryReactor* List(grpc::CallbackServerContext* context, const grpc::ByteBuffer* request,
                                 grpc::ByteBuffer* response) override;

 private:
  LeaseKeeper& leases_;
  const Gate& gate_;
};

}  // namespace replog
