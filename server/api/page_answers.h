#pragma once

#include <string>

#include "absl/status/statusor.h"
#include "replog/v1/replication_log.pb.h"
#include "server/auth/caller.h"
#include "server/core/log_service.h"

// What the calls that answer with a page do; see PageCall.
namespace replog {

// Only records of channels that the caller may read.
absl::StatusOr<std::string> AnswerRead(LogService& service, const Caller& caller,
                                       const v1::ReadRequest& request, v1::ReadResponse& rest);
// The caller may read the channel; see grants_needed.h.
absl::StatusOr<std::string> AnswerLookup(LogService& service, const Caller& caller,
                                         const v1::LookupRequest& request, v1::LookupResponse& rest);

}  // namespace replog
