#pragma once

#include <optional>
#include <string>

#include "absl/status/statusor.h"
#include "server/core/limits.h"
#include "server/http/query.h"

namespace replog {

// Whose messages are asked for.
struct MessageScope {
  std::string log;
  std::string channel;  // empty: of all channels, or of those that the query says
};

// Which channels that are: the one of the path; else what `channel` of the query matches, a name or the
// beginning of one and `*`; nullopt: all. INVALID_FIELD.
absl::StatusOr<std::optional<std::string>> ReadPattern(const MessageScope& scope, QueryReader& query,
                                                       const Limits& limits);

}  // namespace replog
