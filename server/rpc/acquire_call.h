#pragma once

#include <grpcpp/support/server_callback.h>

#include "server/core/lease_keeper.h"
#include "server/rpc/gate.h"

namespace replog {

// One Acquire call, which may wait for long and takes no thread for it. When the client goes, it leaves the
// queue. Owns itself from Create to OnDone.
class AcquireCall final : public grpc::ServerUnaryReactor {
 public:
  // `leases` must outlive every call of the server, `response` the call.
  static AcquireCall* Create(LeaseKeeper& leases, const Gate& gate,
                             const grpc::CallbackServerContext& context, const grpc::ByteBuffer& request,
                             grpc::ByteBuffer& response);

  void OnCancel() override { leases_.Cancel(request_); }
  void OnDone() override { delete this; }

 private:
  AcquireCall(LeaseKeeper& leases, grpc::ByteBuffer& response) : leases_(leases), response_(response) {}
  absl::Status Begin(const v1::AcquireRequest& message);
  void FinishWith(const LeaseTable::Answer& answer);

  LeaseKeeper& leases_;
  grpc::ByteBuffer& response_;
  // Set before gRPC knows the call, so before it can be cancelled. 0: none.
  LeaseKeeper::RequestId request_ = 0;
};

}  // namespace replog
