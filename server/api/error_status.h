#pragma once

#include "absl/status/status.h"
#include "base/error.h"
#include "google/rpc/status.pb.h"

namespace replog {

// An internal error as clients get it: the code of its reason (the table in base/error.cc), the message, an
// ErrorInfo and, where trying again makes sense, a RetryInfo with a random delay so that a fleet does not
// come back as one. An error without a reason is INTERNAL. Each is counted as told to a client.
google::rpc::Status ToRpcStatus(const absl::Status& status);

// Whether the same request may succeed soon.
bool WorthRetrying(Reason reason);

}  // namespace replog
