#include "server/rpc/log_admin_service.h"

#include "absl/strings/str_cat.h"
#include "base/error.h"
#include "server/api/convert.h"
#include "server/core/names.h"
#include "server/rpc/audit_answers.h"
#include "server/rpc/node_info.h"
#include "server/rpc/unary.h"
#include "server/rpc/verify_stream.h"

namespace replog {
namespace {

constexpr uint32_t kDefaultChannels = 1000;
constexpr uint32_t kMaxChannels = 10'000;

// A stream that only says that it is not built.
class NotBuiltStream final : public grpc::ServerWriteReactor<v1::BackupResponse> {
 public:
  NotBuiltStream() { Finish(ToGrpcStatus(NotBuilt("Backup"))); }
  void OnDone() override { delete this; }
};

}  // namespace

void LogAdminService::FillInfo(const Log& log, v1::LogInfo& info) {
  FillLogInfo(log, info);
  const Sequence first = log.tail().first_kept();
  if (first >= log.tail().committed_end()) return;
  const auto chunk = service_.store().ChunkContaining(log.number(), first);
  // Damaged, or trimmed away just now: the log is listed all the same, without its size.
  if (chunk.ok()) info.set_bytes(log.bytes_before_end - chunk->header.bytes_before);
}

grpc::ServerUnaryReactor* LogAdminService::CreateLog(grpc::CallbackServerContext* context,
                                                     const grpc::ByteBuffer* request,
                                                     grpc::ByteBuffer* response) {
  return FinishRawOn<v1::CreateLogRequest, v1::CreateLogResponse>(
      admin_, context, request, response,
      [this](const v1::CreateLogRequest& request, v1::CreateLogResponse& response) -> absl::Status {
        const auto settings = MergeSettings(request.settings(), LogSettings());
        if (!settings.ok()) return settings.status();
        const auto log = service_.CreateLog(request.log(), *settings);
        if (!log.ok()) return log.status();
        FillInfo(**log, *response.mutable_log());
        return absl::OkStatus();
      });
}

grpc::ServerUnaryReactor* LogAdminService::UpdateLog(grpc::CallbackServerContext* context,
                                                     const grpc::ByteBuffer* request,
                                                     grpc::ByteBuffer* response) {
  return FinishRawOn<v1::UpdateLogRequest, v1::UpdateLogResponse>(
      admin_, context, request, response,
      [this](const v1::UpdateLogRequest& request, v1::UpdateLogResponse& response) -> absl::Status {
        const auto log = service_.logs().FindForChange(request.log());
        if (!log.ok()) return log.status();
        const auto merge = [&](LogSettings current) { return MergeSettings(request.settings(), current); };
        if (auto status = service_.UpdateLog(**log, merge); !status.ok()) return status;
        FillInfo(**log, *response.mutable_log());
        return absl::OkStatus();
      });
}

grpc::ServerUnaryReactor* LogAdminService::DeleteLog(grpc::CallbackServerContext* context,
                                                     const grpc::ByteBuffer* request,
                                                     grpc::ByteBuffer* response) {
  return FinishRawOn<v1::DeleteLogRequest, v1::DeleteLogResponse>(
      admin_, context, request, response,
      [this](const v1::DeleteLogRequest& request, v1::DeleteLogResponse&) -> absl::Status {
        if (request.log().empty())
          return MakeError(Reason::kInvalidField, "log: is required", {{"field", "log"}});
        const auto log = service_.logs().FindForChange(request.log());
        if (!log.ok()) return log.status();
        if (!request.uuid().empty() && request.uuid() != (*log)->uuid()) {
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
      admin_, context, request, response,
      [this](const v1::ListLogsRequest&, v1::ListLogsResponse& response) -> absl::Status {
        for (const LogPtr& log : service_.logs().All()) FillInfo(*log, *response.add_logs());
        return absl::OkStatus();
      });
}

grpc::ServerUnaryReactor* LogAdminService::GetLog(grpc::CallbackServerContext* context,
                                                  const grpc::ByteBuffer* request,
                                                  grpc::ByteBuffer* response) {
  return FinishRawOn<v1::GetLogRequest, v1::GetLogResponse>(
      admin_, context, request, response,
      [this](const v1::GetLogRequest& request, v1::GetLogResponse& response) -> absl::Status {
        const auto log = service_.logs().Find(request.log());
        if (!log.ok()) return log.status();
        FillInfo(**log, *response.mutable_log());
        return absl::OkStatus();
      });
}

absl::Status LogAdminService::FillChannels(const v1::ListChannelsRequest& request,
                                           v1::ListChannelsResponse& response) {
  if (request.max_channels() > kMaxChannels) {
    return MakeError(
        Reason::kInvalidField,
        absl::StrCat("max_channels: is ", request.max_channels(), ", the limit is ", kMaxChannels),
        {{"field", "max_channels"}, {"limit", std::to_string(kMaxChannels)}});
  }
  const auto log = service_.logs().Find(request.log());
  if (!log.ok()) return log.status();
  const size_t limit = request.max_channels() == 0 ? kDefaultChannels : request.max_channels();
  const auto channels =
      service_.store().Channels((*log)->number(), (*log)->tail().first_kept(), request.prefix(),
                                request.after(), limit + 1, request.with_counts());
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
      admin_, context, request, response,
      [this](const v1::ListChannelsRequest& request, v1::ListChannelsResponse& response) -> absl::Status {
        return FillChannels(request, response);
      });
}

grpc::ServerUnaryReactor* LogAdminService::TrimLog(grpc::CallbackServerContext* context,
                                                   const grpc::ByteBuffer* request,
                                                   grpc::ByteBuffer* response) {
  return FinishRawOn<v1::TrimLogRequest, v1::TrimLogResponse>(
      admin_, context, request, response,
      [this](const v1::TrimLogRequest& request, v1::TrimLogResponse& response) -> absl::Status {
        if (!request.has_before_sequence()) {
          return MakeError(Reason::kInvalidField, "before_sequence: is required",
                           {{"field", "before_sequence"}});
        }
        const auto log = service_.logs().FindForChange(request.log());
        if (!log.ok()) return log.status();
        const auto first_kept = service_.TrimLog(**log, request.before_sequence());
        if (!first_kept.ok()) return first_kept.status();
        response.set_first_kept_sequence(*first_kept);
        return absl::OkStatus();
      });
}

grpc::ServerWriteReactor<grpc::ByteBuffer>* LogAdminService::Verify(grpc::CallbackServerContext*,
                                                                    const grpc::ByteBuffer* request) {
  return VerifyStream::Create(service_, checks_, *request);
}

grpc::ServerUnaryReactor* LogAdminService::ListNodes(grpc::CallbackServerContext* context,
                                                     const grpc::ByteBuffer* request,
                                                     grpc::ByteBuffer* response) {
  return FinishRawOn<v1::ListNodesRequest, v1::ListNodesResponse>(
      admin_, context, request, response,
      [this](const v1::ListNodesRequest& request, v1::ListNodesResponse& response) -> absl::Status {
        const auto log = service_.logs().Find(request.log());
        if (!log.ok()) return log.status();
        for (const NodeStatus& node : service_.nodes().List(**log, request.fleet()))
          FillNodeInfo(node, **log, service_, *response.add_nodes());
        return absl::OkStatus();
      });
}

grpc::ServerUnaryReactor* LogAdminService::ForgetNode(grpc::CallbackServerContext* context,
                                                      const grpc::ByteBuffer* request,
                                                      grpc::ByteBuffer* response) {
  return FinishRawLater<v1::ForgetNodeRequest, v1::ForgetNodeResponse>(
      context, request, response,
      [this](const v1::ForgetNodeRequest& request, AnswerLater<v1::ForgetNodeResponse> done) {
        const auto log = service_.logs().Find(request.log());
        if (!log.ok()) return done(log.status());
        if (auto status = CheckNodeName(request.node(), "node"); !status.ok()) return done(status);
        service_.nodes().Forget(*log, request.node(),
                                [done = std::move(done)](const absl::StatusOr<NodeRecord>& node) mutable {
                                  if (!node.ok()) return done(node.status());
                                  done(v1::ForgetNodeResponse());
                                });
      });
}

grpc::ServerUnaryReactor* LogAdminService::Audit(grpc::CallbackServerContext* context,
                                                 const grpc::ByteBuffer* request,
                                                 grpc::ByteBuffer* response) {
  return FinishRawLater<v1::AuditRequest, v1::AuditResponse>(
      context, request, response,
      [this](const v1::AuditRequest& request, AnswerLater<v1::AuditResponse> done) {
        // Copyable, as the executor's work must be.
        auto answer = std::make_shared<AnswerLater<v1::AuditResponse>>(std::move(done));
        admin_.Post([this, request, answer] { RunAudit(service_, request, std::move(*answer)); });
      });
}

grpc::ServerWriteReactor<v1::BackupResponse>* LogAdminService::Backup(grpc::CallbackServerContext*,
                                                                      const v1::BackupRequest*) {
  return new NotBuiltStream();
}

}  // namespace replog
