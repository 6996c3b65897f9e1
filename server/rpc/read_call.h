#pragma once

#include <grpcpp/server_context.h>
#include <grpcpp/support/server_callback.h>

#include <atomic>
#include <memory>

#include "replog/v1/replication_log.pb.h"
#include "server/core/log_service.h"

namespace replog {

// One Read call: reads a page where it may block. Finished pages that clients have not taken yet are bounded
// over all calls; beyond it a call is refused as BUSY. Owns itself from Create to OnDone.
class ReadCall final : public grpc::ServerUnaryReactor {
 public:
  // Bytes of finished pages that the transport still holds. Shared by all calls of a server.
  using HeldBytes = std::atomic<size_t>;

  // All but `request` must outlive the call.
  static ReadCall* Create(LogService& service, HeldBytes& held, const grpc::CallbackServerContext& context,
                          const grpc::ByteBuffer& request, grpc::ByteBuffer& response);
  void OnDone() override;

 private:
  static constexpr size_t kMaxHeldBytes = 256 << 20;

  ReadCall(LogService& service, HeldBytes& held) : service_(service), held_(held) {}
  absl::Status Run(const v1::ReadRequest& request, grpc::ByteBuffer& response);

  LogService& service_;
  HeldBytes& held_;
  size_t bytes_ = 0;  // this call's part of held_
};

}  // namespace replog
