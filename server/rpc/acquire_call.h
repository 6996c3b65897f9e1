#pragma once

#include <memory>

#include "replog/v1/leases.pb.h"
#include "server/core/lease_keeper.h"
#include "server/rpc/waiting_call.h"

namespace replog {

// One Acquire call. When the client goes, or may not have the lease any more, it leaves the queue; a lease
// that is being granted to it then goes to the next.
class AcquireCall final : public WaitingCall<v1::AcquireRequest> {
 public:
  // `leases` must outlive every call of the server, `response` the call.
  static grpc::ServerUnaryReactor* Create(LeaseKeeper& leases, const Gate& gate,
                                          const grpc::CallbackServerContext& context,
                                          const grpc::ByteBuffer& request, grpc::ByteBuffer& response) {
    return Start(std::shared_ptr<AcquireCall>(new AcquireCall(leases, gate, context, request, response)));
  }

 private:
  AcquireCall(LeaseKeeper& leases, const Gate& gate, const grpc::CallbackServerContext& context,
              const grpc::ByteBuffer& request, grpc::ByteBuffer& response)
      : WaitingCall(gate, context, request, response), leases_(leases) {}
  absl::Status Begin() override;
  void Leave() override { leases_.Cancel(request_); }

  LeaseKeeper& leases_;
  // Set before gRPC knows the call, so before it can be cancelled. 0: none.
  LeaseKeeper::RequestId request_ = 0;
};

}  // namespace replog
