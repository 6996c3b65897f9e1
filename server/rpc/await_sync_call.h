#pragma once

#include <memory>

#include "replog/v1/replication_log.pb.h"
#include "server/core/sync_call.h"
#include "server/rpc/waiting_call.h"

namespace replog {

// One AwaitSync call. Leaves its barrier when the client goes, or may not ask any more.
class AwaitSyncCall final : public WaitingCall<v1::AwaitSyncRequest> {
 public:
  // `service` must outlive every call of the server, `response` the call.
  static grpc::ServerUnaryReactor* Create(LogService& service, const Gate& gate,
                                          const grpc::CallbackServerContext& context,
                                          const grpc::ByteBuffer& request, grpc::ByteBuffer& response) {
    return Start(
        std::shared_ptr<AwaitSyncCall>(new AwaitSyncCall(service, gate, context, request, response)));
  }

 private:
  AwaitSyncCall(LogService& service, const Gate& gate, const grpc::CallbackServerContext& context,
                const grpc::ByteBuffer& request, grpc::ByteBuffer& response)
      : WaitingCall(gate, context, request, response), service_(service) {}
  absl::Status Begin() override;
  void Leave() override { waiting_->Cancel(); }
  // Shows only the nodes that the caller may be; the outcome is of all.
  absl::StatusOr<v1::AwaitSyncResponse> ToResponse(absl::StatusOr<SyncAnswer> answer) const;

  LogService& service_;
  // Set before gRPC knows the call, so before it can be cancelled.
  std::shared_ptr<SyncCall> waiting_;
};

}  // namespace replog
