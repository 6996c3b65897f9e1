#pragma once

#include <string>
#include <string_view>

#include "absl/status/statusor.h"

// What clients POST, as an encoded AppendRequest; nothing of it is checked but that it is JSON of the right
// message. MALFORMED, INVALID_FIELD.
namespace replog {

// The JSON of an AppendRequest. Its log is that of the path, and may be said again.
absl::StatusOr<std::string> EncodeBatch(std::string_view log, std::string_view json);

// Lines, each the JSON of a NewRecord; empty ones are passed over.
absl::StatusOr<std::string> EncodeLines(std::string_view log, std::string_view lines);

// One message to a channel. `type` is its Content-Type: JSON is that of a NewRecord, whose channel is that of
// the path; octets are a payload; anything else is text.
absl::StatusOr<std::string> EncodeMessage(std::string_view log, std::string_view channel,
                                          std::string_view type, std::string_view body);

}  // namespace replog
