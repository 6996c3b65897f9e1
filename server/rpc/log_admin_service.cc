#include "server/rpc/log_admin_service.h"

#include "absl/strings/str_cat.h"
#include "base/error.h"
#include "server/api/convert.h"
#include "server/api/log_info.h"
#include "server/core/names.h"
#include "server/rpc/audit_call.h"
#include "server/rpc/backup_stream.h"
#include "server/rpc/matching_channels.h"
#include "server/rpc/node_info.h"
#include "server/rpc/unary.h"
#include "server/rpc/verify_stream.h"

namespace replog {
namespace {

constexpr uint32_t kDefaultChannels = 1000;
constexpr uint32_t kMaxChannels = 10'000;

}  // namespace

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
      [this](const Granted<v1::ListLogsRequest>& call, v1::ListLogsResponse& response) -> absl::Status {
        for (const LogPtr& log : service_.logs().All()) {
          if (call.caller.CheckSees(log->name()).ok()) DescribeLog(service_, *log, *response.add_logs());
        }
        return absl::OkStatus();
      });
}

grpc::ServerUnaryReactor* LogAdminService::GetLog(grpc::CallbackServerContext* context,
                                                  const grpc::ByteBuffer* request,
                                                  grpc::ByteBuffer* response) {
  return FinishRawOn<v1::GetLogRequest, v1::GetLogResponse>(
      gate_, admin_, context, request, response,
      [this](const Granted<v1::GetLogRequest>& call, v1::GetLogResponse& response) -> absl::Status {
        const auto log = service_.logs().Find(call.request.log());
        if (!log.ok()) return log.status();
        DescribeLog(service_, **log, *response.mutable_log());
        return absl::OkStatus();
      });
}

absl::Status LogAdminService::FillChannels(const Granted<v1::ListChannelsRequest>& call,
                                           v1::ListChannelsResponse& response) {
  const v1::ListChannelsRequest& request = call.request;
  if (request.max_channels() > kMaxChannels) {
    return MakeError(
        Reason::kInvalidField,
        absl::StrCat("max_channels: is ", request.max_channels(), ", the limit is ", kMaxChannels),
        {{"field", "max_channels"}, {"limit", std::to_string(kMaxChannels)}});
  }
  const auto log = service_.logs().Find(request.log());
  if (!log.ok()) return log.status();
  const size_t limit = request.max_channels() == 0 ? kDefaultChannels : request.max_channels();
  const auto read = [&](std::string_view prefix, size_t at_most) {
    return service_.store().Channels((*log)->number(), (*log)->tail().first_kept(), prefix, request.after(),
                                     at_most, request.with_counts());
  };
  const NamePatterns shown =
      call.caller.Channels(Access::kRead, (*log)->name()).Intersect(NamePatterns({request.prefix() + "*"}));
  const auto channels = ListMatchingChannels(shown, request.after(), limit + 1, read);
  if (!channels.ok()) return channels.status();
  for (size_t i = 0; i < std::min(limit, channels->size()); ++i) {
    auto* channel = response.add_channels();
    channel->set_name((*channels)[i].name);
    if (request.with_counts()) channel->set_records((*channels)[i].records);
  }
  if (channels->size() > limit) response.set_next_after((*channels)[limit - 1].name);
  return absl::OkStatus();
}

grpc::ServerUnaryReactor* LogAdminService::ListChannels(grpc::CallbackServerContext* context,
                                                        const grpc::ByteBuffer* request,
                                                        grpc::ByteBuffer* response) {
  return FinishRawOn<v1::ListChannelsRequest, v1::ListChannelsResponse>(
      gate_, admin_, context, request, response,
      [this](const Granted<v1::ListChannelsRequest>& call,
             v1::ListChannelsResponse& response) -> absl::Status { return FillChannels(call, response); });
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
      [this](const Granted<v1::ListNodesRequest>& call, v1::ListNodesResponse& response) -> absl::Status {
        const auto log = service_.logs().Find(call.request.log());
        if (!log.ok()) return log.status();
        const bool all = call.caller.CheckAdmin((*log)->name()).ok();
        for (const NodeStatus& node : service_.nodes().List(**log, call.request.fleet())) {
          if (all || call.caller.CheckNode((*log)->name(), node.record.node).ok())
            FillNodeInfo(node, **log, service_, *response.add_nodes());
        }
        return absl::OkStatus();
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
