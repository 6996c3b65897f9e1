#pragma once

#include <memory>

#include "replog/v1/log_admin.pb.h"
#include "server/core/log_service.h"
#include "server/rpc/waiting_call.h"

namespace replog {

// One Audit call.
class AuditCall final : public WaitingCall<v1::AuditRequest> {
 public:
  // `service` and `admin`, which may block, must outlive every call of the server, `response` the call.
  static grpc::ServerUnaryReactor* Create(LogService& service, const Gate& gate,
                                          const grpc::CallbackServerContext& context, Executor& admin,
                                          const grpc::ByteBuffer& request, grpc::ByteBuffer& response) {
    return Start(std::shared_ptr<AuditCall>(new AuditCall(service, gate, context, admin, request, response)));
  }

 private:
  AuditCall(LogService& service, const Gate& gate, const grpc::CallbackServerContext& context,
            Executor& admin, const grpc::ByteBuffer& request, grpc::ByteBuffer& response)
      : WaitingCall(gate, context, request, response), service_(service), admin_(admin) {}
  absl::Status Begin() override;
  // The comparison goes on to its end: the nodes have been asked.
  void Leave() override {}

  LogService& service_;
  Executor& admin_;
};

}  // namespace replog
