// The administrative calls of Client.
#include "client/client.h"
#include "client/internal/conversion.h"
#include "client/internal/request_id.h"
#include "client/internal/status_conversion.h"
#include "client/internal/transport.h"
#include "replog/v1/log_admin.grpc.pb.h"

namespace replog::client {
namespace {

using internal::Channel;
using internal::FromProto;
using internal::ToProto;
using internal::Transport;
using Repeat = Transport::Repeat;

// Adds one message of a verification to what is known.
void Merge(const v1::VerifyResponse& response, VerifyProgress& progress) {
  progress.chunks = response.chunks();
  progress.records = response.records();
  progress.bytes = response.bytes();
  for (const auto& problem : response.problems()) {
    progress.problems.push_back({problem.first_sequence(), problem.end_sequence(), problem.description()});
  }
  progress.problem_count = response.problem_count();
  progress.done = response.done();
  progress.first_sequence = response.first_sequence();
  progress.end_sequence = response.end_sequence();
}

}  // namespace

Result<LogInfo> Client::CreateLog(std::string_view log, const LogSettings& settings) {
  v1::CreateLogRequest request;
  request.set_log(std::string(log));
  *request.mutable_settings() = ToProto(settings);
  const auto response = transport_->Call(Repeat::kNever, &v1::LogAdmin::Stub::CreateLog, request);
  if (!response.ok()) return response.status();
  return FromProto(response->log());
}

Result<LogInfo> Client::UpdateLog(std::string_view log, const LogSettings& settings) {
  v1::UpdateLogRequest request;
  request.set_log(std::string(log));
  *request.mutable_settings() = ToProto(settings);
  const auto response = transport_->Call(Repeat::kNever, &v1::LogAdmin::Stub::UpdateLog, request);
  if (!response.ok()) return response.status();
  return FromProto(response->log());
}

Status Client::DeleteLog(std::string_view log, std::string_view uuid) {
  v1::DeleteLogRequest request;
  request.set_log(std::string(log));
  request.set_uuid(std::string(uuid));
  return transport_->Call(Repeat::kNever, &v1::LogAdmin::Stub::DeleteLog, request).status();
}

Result<std::vector<LogInfo>> Client::ListLogs() {
  const auto response = transport_->Call(Repeat::kSafe, &v1::LogAdmin::Stub::ListLogs, v1::ListLogsRequest());
  if (!response.ok()) return response.status();
  std::vector<LogInfo> logs;
  for (const auto& info : response->logs()) logs.push_back(FromProto(info));
  return logs;
}

Result<LogInfo> Client::GetLog(std::string_view log) {
  v1::GetLogRequest request;
  request.set_log(transport_->LogName(log));
  const auto response = transport_->Call(Repeat::kSafe, &v1::LogAdmin::Stub::GetLog, request);
  if (!response.ok()) return response.status();
  return FromProto(response->log());
}

Result<ChannelPage> Client::ListChannels(const ListChannelsOptions& options) {
  v1::ListChannelsRequest request;
  request.set_log(transport_->LogName(options.log));
  request.set_prefix(options.prefix);
  request.set_after(options.after);
  request.set_max_channels(options.max_channels);
  request.set_with_counts(options.with_counts);
  const auto response = transport_->Call(Repeat::kSafe, &v1::LogAdmin::Stub::ListChannels, request);
  if (!response.ok()) return response.status();
  return FromProto(*response);
}

Result<uint64_t> Client::Trim(uint64_t before_sequence, std::string_view log) {
  v1::TrimLogRequest request;
  request.set_log(transport_->LogName(log));
  request.set_before_sequence(before_sequence);
  const auto response = transport_->Call(Repeat::kNever, &v1::LogAdmin::Stub::TrimLog, request);
  if (!response.ok()) return response.status();
  return response->first_kept_sequence();
}

Result<VerifyProgress> Client::Verify(const std::function<bool(const VerifyProgress&)>& on_progress,
                                      std::string_view log) {
  const Channel channel =
      transport_->Connect(std::chrono::system_clock::now() + transport_->options().connect_timeout);
  if (channel == nullptr) return transport_->Unreachable();
  v1::VerifyRequest request;
  request.set_log(transport_->LogName(log));
  grpc::ClientContext context;
  internal::SetRequestId(context);
  const auto stub = v1::LogAdmin::NewStub(channel);
  const auto reader = stub->Verify(&context, request);
  VerifyProgress progress;
  v1::VerifyResponse response;
  bool stopped = false;
  while (reader->Read(&response)) {
    Merge(response, progress);
    if (stopped || !on_progress || on_progress(progress)) continue;
    stopped = true;
    context.TryCancel();
  }
  Status status = internal::FromGrpc(reader->Finish());
  if (stopped && !progress.done) return Status(StatusCode::kCancelled, "stopped", reason::kCancelled);
  if (!status.ok()) return status;
  if (!progress.done)
    return Status(StatusCode::kInternal, "verification ended without a result", reason::kProtocol);
  return progress;
}

}  // namespace replog::client
