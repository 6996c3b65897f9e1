#include "server/rpc/log_admin_service.h"

#include "absl/strings/str_cat.h"
#include "base/error.h"
#include "server/api/convert.h"
#include "server/api/list_answers.h"
#include "server/api/log_info.h"
#include "server/core/names.h"
#include "server/rpc/audit_call.h"
#include "server/rpc/backup_stream.h"
#include "server/rpc/unary.h"
#include "server/rpc/verify_stream.h"

namespace replog {

grpc::ServerUnaryReactor* LogAdminService::CreateLog(grpc::CallbackServerContext* context,
                                                     const grpc::ByteBuffer* request,
                                                     grpc::ByteBuffer* response) {
  return FinishRawOn<v1::CreateLogRequest, v1::CreateLogResponse>(
      gate_, admin_, context, request, response,
      [this](const Granted<v1::CreateLogRequest>& call, v1::CreateLogResponse& response) -> absl::Status {
        const auto settings = MergeSettings(call.request.settings(), LogSettings());
        if (!settings.ok()) return settings.status();
        const auto log = service_.CreateLog(call.request.log(), *settings);
        if (!log.ok()) return log.status();
        DescribeLog(service_, **log, *response.mutable_log());
        return absl::OkStatus();
      });
}

grpc::ServerUnaryReactor* LogAdminService::UpdateLog(grpc::CallbackServerContext* context,
                                                     const grpc::ByteBuffer* request,
                                                     grpc::ByteBuffer* response) {
  return FinishRawOn<v1::UpdateLogRequest, v1::UpdateLogResponse>(
      gate_, admin_, context, request, response,
      [this](const Granted<v1::UpdateLogRequest>& call, v1::UpdateLogResponse& response) -> absl::Status {
        const auto log = service_.logs().FindForChange(call.request.log());
        if (!log.ok()) return log.status();
        const auto merge = [&](LogSettings current) {
          return MergeSettings(call.request.settings(), current);
        };
        if (auto status = service_.UpdateLog(**log, merge); !status.ok()) return status;
        DescribeLog(service_, **log, *response.mutable_log());
        return absl::OkStatus();
      });
}

grpc::ServerUnaryReactor* LogAdminService::DeleteLog(grpc::CallbackServerContext* context,
                                                     const grpc::ByteBuffer* request,
                                                     grpc::ByteBuffer* response) {
  return FinishRawOn<v1::DeleteLogRequest, v1::DeleteLogResponse>(
      gate_, admin_, context, request, response,
      [this](const Granted<v1::DeleteLogRequest>& call, v1::DeleteLogResponse&) -> absl::Status {
        if (call.request.log().empty())
          return MakeError(Reason::kInvalidField, "log: is required", {{"field", "log"}});
        const auto log = service_.logs().FindForChange(call.request.log());
        if (!log.ok()) return log.status();
        if (!call.request.uuid().empty() && call.request.uuid() != (*log)->uuid()) {
          return MakeError(Reason::kUuidMismatch, absl::StrCat("uuid: the log's is ", (*log)->uuid()),
                           {{"log_uuid", (*log)->uuid()}});
        }
        return service_.DeleteLog(*log);
      });
}

grpc::ServerUnaryReactor* LogAdminService::ListLogs(grpc::CallbackServerContext* context,
                                                    const grpc::ByteBuffer* request,
                                                    grpc::ByteBuffer* response) {
  return FinishRawOn<v1::ListLogsRequest, v1::ListLogsResponse>(
      gate_, admin_, context, request, response,
      [this](const Granted<v1::ListLogsRequest>& call, v1::ListLogsResponse& response) {
        return FillLogs(service_, call, response);
      });
}

grpc::ServerUnaryReactor* LogAdminService::GetLog(grpc::CallbackServerContext* context,
                                                  const grpc::ByteBuffer* request,
                                                  grpc::ByteBuffer* response) {
  return FinishRawOn<v1::GetLogRequest, v1::GetLogResponse>(
      gate_, admin_, context, request, response,
      [this](const Granted<v1::GetLogRequest>& call, v1::GetLogResponse& response) {
        return FillLog(service_, call, response);
      });
}

grpc::ServerUnaryReactor* LogAdminService::ListChannels(grpc::CallbackServerContext* context,
                                                        const grpc::ByteBuffer* request,
                                                        grpc::ByteBuffer* response) {
  return FinishRawOn<v1::ListChannelsRequest, v1::ListChannelsResponse>(
      gate_, admin_, context, request, response,
      [this](const Granted<v1::ListChannelsRequest>& call, v1::ListChannelsResponse& response) {
        return FillChannels(service_, call, response);
      });
}

grpc::ServerUnaryReactor* LogAdminService::TrimLog(grpc::CallbackServerContext* context,
                                                   const grpc::ByteBuffer* request,
                                                   grpc::ByteBuffer* response) {
  return FinishRawOn<v1::TrimLogRequest, v1::TrimLogResponse>(
      gate_, admin_, context, request, response,
      [this](const Granted<v1::TrimLogRequest>& call, v1::TrimLogResponse& response) -> absl::Status {
        if (!call.request.has_before_sequence()) {
          return MakeError(Reason::kInvalidField, "before_sequence: is required",
                           {{"field", "before_sequence"}});
        }
        const auto log = service_.logs().FindForChange(call.request.log());
        if (!log.ok()) return log.status();
        const auto first_kept = service_.TrimLog(**log, call.request.before_sequence());
        if (!first_kept.ok()) return first_kept.status();
        response.set_first_kept_sequence(*first_kept);
        return absl::OkStatus();
      });
}

grpc::ServerWriteReactor<grpc::ByteBuffer>* LogAdminService::Verify(grpc::CallbackServerContext* context,
                                                                    const grpc::ByteBuffer* request) {
  return VerifyStream::Create(service_, gate_, *context, checks_, *request);
}

grpc::ServerUnaryReactor* LogAdminService::ListNodes(grpc::CallbackServerContext* context,
                                                     const grpc::ByteBuffer* request,
                                                     grpc::ByteBuffer* response) {
  return FinishRawOn<v1::ListNodesRequest, v1::ListNodesResponse>(
      gate_, admin_, context, request, response,
      [this](const Granted<v1::ListNodesRequest>& call, v1::ListNodesResponse& response) {
        return FillNodes(service_, call, response);
      });
}

grpc::ServerUnaryReactor* LogAdminService::ForgetNode(grpc::CallbackServerContext* context,
                                                      const grpc::ByteBuffer* request,
                                                      grpc::ByteBuffer* response) {
  return FinishRawLater<v1::ForgetNodeRequest, v1::ForgetNodeResponse>(
      gate_, context, request, response,
      [this](const Granted<v1::ForgetNodeRequest>& call, AnswerLater<v1::ForgetNodeResponse> done) {
        const auto log = service_.logs().Find(call.request.log());
        if (!log.ok()) return done(log.status());
        if (auto status = CheckNodeName(call.request.node(), "node"); !status.ok()) return done(status);
        service_.nodes().Forget(*log, call.request.node(),
                                [done = std::move(done)](const absl::StatusOr<NodeRecord>& node) mutable {
                                  if (!node.ok()) return done(node.status());
                                  done(v1::ForgetNodeResponse());
                                });
      });
}

grpc::ServerUnaryReactor* LogAdminService::Audit(grpc::CallbackServerContext* context,
                                                 const grpc::ByteBuffer* request,
                                                 grpc::ByteBuffer* response) {
  return AuditCall::Create(service_, gate_, *context, admin_, *request, *response);
}

grpc::ServerWriteReactor<grpc::ByteBuffer>* LogAdminService::Backup(grpc::CallbackServerContext* context,
                                                                    const grpc::ByteBuffer* request) {
  return BackupStream::Create(service_, gate_, *context, backups_, backup_running_, *request);
}

}  // namespace replog
