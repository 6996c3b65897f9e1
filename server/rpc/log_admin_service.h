#pragma once

#include "replog/v1/log_admin.grpc.pb.h"
#include "server/core/executor.h"
#include "server/core/log_service.h"
#include "server/rpc/gate.h"

namespace replog {

namespace log_admin_internal {
using Stub = v1::LogAdmin;
// Raw, so that malformed requests are refused by us; see FinishRawOn.
using Base = Stub::WithRawCallbackMethod_CreateLog<
    Stub::WithRawCallbackMethod_UpdateLog<Stub::WithRawCallbackMethod_DeleteLog<
        Stub::WithRawCallbackMethod_ListLogs<Stub::WithRawCallbackMethod_GetLog<
            Stub::WithRawCallbackMethod_ListChannels<Stub::WithRawCallbackMethod_TrimLog<
                Stub::WithRawCallbackMethod_Verify<Stub::WithRawCallbackMethod_ListNodes<
                    Stub::WithRawCallbackMethod_ForgetNode<Stub::WithRawCallbackMethod_Audit<
                        Stub::WithRawCallbackMethod_Backup<Stub::Service>>>>>>>>>>>>;
}  // namespace log_admin_internal

// replog.v1.LogAdmin over a LogService.
class LogAdminService final : public log_admin_internal::Base {
 public:
  // Both must outlive it.
  LogAdminService(LogService& service, const Gate& gate) : service_(service), gate_(gate) {}

  grpc::ServerUnaryReactor* CreateLog(grpc::CallbackServerContext* context, const grpc::ByteBuffer* request,
                                      grpc::ByteBuffer* response) override;
  grpc::ServerUnaryReactor* UpdateLog(grpc::CallbackServerContext* context, const grpc::ByteBuffer* request,
                                      grpc::ByteBuffer* response) override;
  grpc::ServerUnaryReactor* DeleteLog(grpc::CallbackServerContext* context, const grpc::ByteBuffer* request,
                                      grpc::ByteBuffer* response) override;
  grpc::ServerUnaryReactor* ListLogs(grpc::CallbackServerContext* context, const grpc::ByteBuffer* request,
                                     grpc::ByteBuffer* response) override;
  grpc::ServerUnaryReactor* GetLog(grpc::CallbackServerContext* context, const grpc::ByteBuffer* request,
                                   grpc::ByteBuffer* response) override;
  grpc::ServerUnaryReactor* ListChannels(grpc::CallbackServerContext* context,
                                         const grpc::ByteBuffer* request,
                                         grpc::ByteBuffer* response) override;
  grpc::ServerUnaryReactor* TrimLog(grpc::CallbackServerContext* context, const grpc::ByteBuffer* request,
                                    grpc::ByteBuffer* response) override;
  grpc::ServerWriteReactor<grpc::ByteBuffer>* Verify(grpc::CallbackServerContext* context,
                                                     const grpc::ByteBuffer* request) override;

  grpc::ServerUnaryReactor* ListNodes(grpc::CallbackServerContext* context, const grpc::ByteBuffer* request,
                                      grpc::ByteBuffer* response) override;
  grpc::ServerUnaryReactor* ForgetNode(grpc::CallbackServerContext* context, const grpc::ByteBuffer* request,
                                       grpc::ByteBuffer* response) override;
  grpc::ServerUnaryReactor* Audit(grpc::CallbackServerContext* context, const grpc::ByteBuffer* request,
                                  grpc::ByteBuffer* response) override;
  grpc::ServerWriteReactor<grpc::ByteBuffer>* Backup(grpc::CallbackServerContext* context,
                                                     const grpc::ByteBuffer* request) override;

 private:
  LogService& service_;
  const Gate& gate_;
  // Administration may take long and must not hold up readers.
  ThreadPool admin_{2};
  // A check of a long log takes as long as it takes.
  ThreadPool checks_{1};
  std::atomic<bool> backup_running_{false};
  ThreadPool backups_{1};
};

}  // namespace replog
