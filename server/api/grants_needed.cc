#include "server/api/grants_needed.h"

#include "proto/wire/record_view.h"
#include "server/core/names.h"

namespace replog {
namespace {

// Of a request that names its log, and one channel of it.
template <typename Request>
absl::Status CheckReadsChannel(const Caller& caller, const Request& request) {
  return caller.CheckChannel(Access::kRead, LogNameOrDefault(request.log()), request.channel());
}

template <typename Request>
absl::Status CheckAdmin(const Caller& caller, const Request& request) {
  return caller.CheckAdmin(LogNameOrDefault(request.log()));
}

absl::Status CheckRecords(const Caller& caller, const AppendRequest& request) {
  absl::Status status;
  std::optional<std::string_view> granted;  // batches are mostly of one channel
  request.ForEachRecord([&](std::string_view record) {
    const std::string_view channel = wire::ChannelOf(record);
    if (!status.ok() || channel == granted) return;
    status = caller.CheckChannel(Access::kAppend, request.log, channel);
    granted = channel;
  });
  return status;
}

}  // namespace

absl::Status CheckGrants(const Caller& caller, const AppendRequest& request) {
  if (request.conditions && request.conditions->lease) {
    if (auto status = caller.CheckLease(request.conditions->lease->name); !status.ok()) return status;
  }
  if (caller.HasAllChannels(Access::kAppend, request.log)) return absl::OkStatus();
  if (auto status = CheckRecords(caller, request); !status.ok() || !request.conditions) return status;
  // A condition that fails tells of its key.
  for (const KeyCondition& key : request.conditions->keys) {
    if (auto status = caller.CheckChannel(Access::kAppend, request.log, key.channel); !status.ok())
      return status;
  }
  return absl::OkStatus();
}

absl::StatusOr<AppendRequest> ParseGrantedAppend(const Caller& caller, std::string encoded,
                                                 const Limits& limits) {
  if (auto status = caller.Admit(encoded.size()); !status.ok()) return status;
  auto request = ParseAppendRequest(std::move(encoded), limits);
  if (!request.ok()) return request;
  if (auto status = CheckGrants(caller, *request); !status.ok()) return status;
  return request;
}

absl::Status CheckGrants(const Caller& caller, const v1::SubscribeRequest& request) {
  const std::string_view log = LogNameOrDefault(request.log());
  if (auto status = caller.CheckLog(Access::kRead, log); !status.ok() || request.node().empty())
    return status;
  return caller.CheckNode(log, request.node());
}

absl::Status CheckGrants(const Caller& caller, const v1::ReadRequest& request) {
  return caller.CheckLog(Access::kRead, LogNameOrDefault(request.log()));
}

absl::Status CheckGrants(const Caller& caller, const v1::LookupRequest& request) {
  return CheckReadsChannel(caller, request);
}

absl::Status CheckGrants(const Caller& caller, const v1::DigestTableRequest& request) {
  return CheckReadsChannel(caller, request);
}

absl::Status CheckGrants(const Caller& caller, const v1::RegisterProducerRequest& request) {
  return caller.CheckLog(Access::kAppend, LogNameOrDefault(request.log()));
}

absl::Status CheckGrants(const Caller& caller, const v1::AcknowledgeRequest& request) {
  return caller.CheckNode(LogNameOrDefault(request.log()), request.node());
}

absl::Status CheckGrants(const Caller& caller, const v1::AwaitSyncRequest& request) {
  const std::string_view log = LogNameOrDefault(request.log());
  absl::Status status = request.has_key() ? caller.CheckChannel(Access::kRead, log, request.key().channel())
                                          : caller.CheckLog(Access::kRead, log);
  // The outcome tells of those that are named, and whether there are any.
  for (const std::string& node : request.nodes()) status.Update(caller.CheckNode(log, node));
  if (!request.fleet().empty()) status.Update(caller.CheckLog(Access::kNode, log));
  return status;
}

absl::Status CheckGrants(const Caller& caller, const v1::CreateLogRequest& request) {
  return CheckAdmin(caller, request);
}

absl::Status CheckGrants(const Caller& caller, const v1::UpdateLogRequest& request) {
  return CheckAdmin(caller, request);
}

absl::Status CheckGrants(const Caller& caller, const v1::DeleteLogRequest& request) {
  return CheckAdmin(caller, request);
}

// Shows the logs of which the caller has something.
absl::Status CheckGrants(const Caller& /*caller*/, const v1::ListLogsRequest& /*request*/) {
  return absl::OkStatus();
}

absl::Status CheckGrants(const Caller& caller, const v1::GetLogRequest& request) {
  return caller.CheckSees(LogNameOrDefault(request.log()));
}

absl::Status CheckGrants(const Caller& caller, const v1::ListChannelsRequest& request) {
  return caller.CheckLog(Access::kRead, LogNameOrDefault(request.log()));
}

// Shows the nodes that the caller may be; all of them to who administers the log.
absl::Status CheckGrants(const Caller& caller, const v1::ListNodesRequest& request) {
  if (CheckAdmin(caller, request).ok()) return absl::OkStatus();
  return caller.CheckLog(Access::kNode, LogNameOrDefault(request.log()));
}

absl::Status CheckGrants(const Caller& caller, const v1::ForgetNodeRequest& request) {
  return CheckAdmin(caller, request);
}

absl::Status CheckGrants(const Caller& caller, const v1::AuditRequest& request) {
  return CheckAdmin(caller, request);
}

absl::Status CheckGrants(const Caller& caller, const v1::TrimLogRequest& request) {
  return CheckAdmin(caller, request);
}

absl::Status CheckGrants(const Caller& caller, const v1::VerifyRequest& request) {
  return CheckAdmin(caller, request);
}

// Every record of every log is in it.
absl::Status CheckGrants(const Caller& caller, const v1::BackupRequest& /*request*/) {
  absl::Status status = caller.CheckServerAdmin();
  status.Update(caller.CheckReadsEverything());
  return status;
}

absl::Status CheckGrants(const Caller& caller, const v1::AcquireRequest& request) {
  return caller.CheckLease(request.name());
}

absl::Status CheckGrants(const Caller& caller, const v1::RenewRequest& request) {
  return caller.CheckLease(request.token().name());
}

absl::Status CheckGrants(const Caller& caller, const v1::ReleaseRequest& request) {
  return caller.CheckLease(request.token().name());
}

absl::Status CheckGrants(const Caller& caller, const v1::GetRequest& request) {
  return caller.CheckLease(request.name());
}

// Shows the leases that the caller may take.
absl::Status CheckGrants(const Caller& /*caller*/, const v1::ListRequest& /*request*/) {
  return absl::OkStatus();
}

}  // namespace replog
