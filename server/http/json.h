#pragma once

#include <string>
#include <string_view>

#include "absl/status/status.h"
#include "google/protobuf/message.h"

// The contract's messages in protobuf's own JSON mapping (https://protobuf.dev/programming-guides/json/).
namespace replog {

std::string ToJson(const google::protobuf::Message& message);

// MALFORMED when `json` is not JSON, or not of this message: a field that it does not have is refused too.
absl::Status FromJson(std::string_view json, google::protobuf::Message& message);

// INVALID_FIELD when a body says `said` of what its path says too, and not the same. Empty: it does not say
// it.
absl::Status CheckSame(std::string_view field, const std::string& said, std::string_view of_path);

}  // namespace replog
