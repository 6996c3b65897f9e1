#pragma once

#include <string>

#include "absl/status/statusor.h"
#include "replog/v1/replication_log.pb.h"
#include "server/core/log_service.h"

// What the calls that answer with a page do; see PageCall.
namespace replog {

absl::StatusOr<std::string> AnswerRead(LogService& service, const v1::ReadRequest& request,
                                       v1::ReadResponse& rest);
absl::StatusOr<std::string> AnswerLookup(LogService& service, const v1::LookupRequest& request,
                                         v1::LookupResponse& rest);

}  // namespace replog
