#pragma once

#include "replog/v1/log_admin.grpc.pb.h"
#include "server/core/executor.h"
#include "server/core/log_service.h"

namespace replog {

// replog.v1.LogAdmin over a LogService.
class LogAdminService final : public v1::LogAdmin::CallbackService {
 public:
  explicit LogAdminService(LogService& service) : service_(service) {}

  grpc::ServerUnaryReactor* CreateLog(grpc::CallbackServerContext* context, const v1::CreateLogRequest* request,
                                      v1::CreateLogResponse* response) override;
  grpc::ServerUnaryReactor* UpdateLog(grpc::CallbackServerContext* context, const v1::UpdateLogRequest* request,
                                      v1::UpdateLogResponse* response) override;
  grpc::ServerUnaryReactor* DeleteLog(grpc::CallbackServerContext* context, const v1::DeleteLogRequest* request,
                                      v1::DeleteLogResponse* response) override;
  grpc::ServerUnaryReactor* ListLogs(grpc::CallbackServerContext* context, const v1::ListLogsRequest* request,
                                     v1::ListLogsResponse* response) override;
  grpc::ServerUnaryReactor* GetLog(grpc::CallbackServerContext* context, const v1::GetLogRequest* request,
                                   v1::GetLogResponse* response) override;
  grpc::ServerUnaryReactor* ListChannels(grpc::CallbackServerContext* context, const v1::ListChannelsRequest* request,
                                         v1::ListChannelsResponse* response) override;
  grpc::ServerUnaryReactor* TrimLog(grpc::CallbackServerContext* context, const v1::TrimLogRequest* request,
                                    v1::TrimLogResponse* response) override;
  grpc::ServerWriteReactor<v1::VerifyResponse>* Verify(grpc::CallbackServerContext* context,
                                                       const v1::VerifyRequest* request) override;

  grpc::ServerUnaryReactor* ListNodes(grpc::CallbackServerContext* context, const v1::ListNodesRequest*,
                                      v1::ListNodesResponse*) override;
  grpc::ServerUnaryReactor* ForgetNode(grpc::CallbackServerContext* context, const v1::ForgetNodeRequest*,
                                       v1::ForgetNodeResponse*) override;
  grpc::ServerWriteReactor<v1::BackupResponse>* Backup(grpc::CallbackServerContext* context,
                                                       const v1::BackupRequest*) override;

 private:
  // The log's size on this side of compression; what the retention bound counts.
  absl::Status FillInfo(const Log& log, v1::LogInfo& info);
  absl::Status FillChannels(const v1::ListChannelsRequest& request, v1::ListChannelsResponse& response);

  LogService& service_;
  // Administration may take long and must not hold up readers.
  ThreadPool admin_{2};
};

}  // namespace replog
