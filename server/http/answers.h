#pragma once

#include <string>

#include "absl/status/status.h"
#include "base/http/message.h"
#include "google/protobuf/message.h"

// What routes answer with.
namespace replog {

// An error: {"error": {"code", "reason", "message", its metadata…}} with the HTTP status of its gRPC code (as
// google/rpc/code.proto maps them; TOO_LARGE is 413). Retry-After where trying again makes sense.
http::Response ErrorAnswer(const absl::Status& status);

// A message of the contract in protobuf's JSON mapping.
http::Response JsonAnswer(const google::protobuf::Message& message);

}  // namespace replog
