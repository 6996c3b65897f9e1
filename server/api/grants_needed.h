#pragma once

#include <string>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "replog/v1/leases.pb.h"
#include "replog/v1/log_admin.pb.h"
#include "replog/v1/replication_log.pb.h"
#include "server/auth/caller.h"
#include "server/core/append_request.h"

// What of a request its caller must be granted: one for each message that a method takes, so that a method
// whose message has none does not compile (rpc: see Gate::Open). They ask before anything is looked up, so
// that a refusal tells nothing of what exists. Answers that show only a part say so in their own places.
namespace replog {

absl::Status CheckGrants(const Caller& caller, const AppendRequest& request);
// The one way in for appends: within the caller's limits, good in every part, and granted.
absl::StatusOr<AppendRequest> ParseGrantedAppend(const Caller& caller, std::string encoded,
                                                 const Limits& limits);
absl::Status CheckGrants(const Caller& caller, const v1::SubscribeRequest& request);
absl::Status CheckGrants(const Caller& caller, const v1::ReadRequest& request);
absl::Status CheckGrants(const Caller& caller, const v1::LookupRequest& request);
absl::Status CheckGrants(const Caller& caller, const v1::DigestTableRequest& request);
absl::Status CheckGrants(const Caller& caller, const v1::RegisterProducerRequest& request);
absl::Status CheckGrants(const Caller& caller, const v1::AcknowledgeRequest& request);
absl::Status CheckGrants(const Caller& caller, const v1::AwaitSyncRequest& request);

absl::Status CheckGrants(const Caller& caller, const v1::CreateLogRequest& request);
absl::Status CheckGrants(const Caller& caller, const v1::UpdateLogRequest& request);
absl::Status CheckGrants(const Caller& caller, const v1::DeleteLogRequest& request);
absl::Status CheckGrants(const Caller& caller, const v1::ListLogsRequest& request);
absl::Status CheckGrants(const Caller& caller, const v1::GetLogRequest& request);
absl::Status CheckGrants(const Caller& caller, const v1::ListChannelsRequest& request);
absl::Status CheckGrants(const Caller& caller, const v1::ListNodesRequest& request);
absl::Status CheckGrants(const Caller& caller, const v1::ForgetNodeRequest& request);
absl::Status CheckGrants(const Caller& caller, const v1::AuditRequest& request);
absl::Status CheckGrants(const Caller& caller, const v1::TrimLogRequest& request);
absl::Status CheckGrants(const Caller& caller, const v1::VerifyRequest& request);
absl::Status CheckGrants(const Caller& caller, const v1::BackupRequest& request);

absl::Status CheckGrants(const Caller& caller, const v1::AcquireRequest& request);
absl::Status CheckGrants(const Caller& caller, const v1::RenewRequest& request);
absl::Status CheckGrants(const Caller& caller, const v1::ReleaseRequest& request);
absl::Status CheckGrants(const Caller& caller, const v1::GetRequest& request);
absl::Status CheckGrants(const Caller& caller, const v1::ListRequest& request);

}  // namespace replog
