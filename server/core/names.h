#pragma once

#include <string_view>

#include "absl/status/status.h"
#include "server/core/limits.h"

namespace replog {

// The log that an empty name means; it always exists.
inline constexpr std::string_view kDefaultLog = "default";

inline std::string_view LogNameOrDefault(std::string_view name) { return name.empty() ? kDefaultLog : name; }

// A channel's name: UTF-8, 1 byte to the limit, no control characters, no `*`. `field` is what the error
// names.
absl::Status CheckChannelName(std::string_view name, std::string_view field, const Limits& limits);

// A record's key: UTF-8, 1 byte to the limit.
absl::Status CheckKey(std::string_view key, std::string_view field, const Limits& limits);

// A record's id: UTF-8, 1 byte to the limit.
absl::Status CheckId(std::string_view id, std::string_view field, const Limits& limits);

// A reader's filter entry: a channel's name, or the beginning of one (possibly nothing) and `*`.
absl::Status CheckChannelPattern(std::string_view pattern, std::string_view field, const Limits& limits);

// The name of a node or a fleet: UTF-8 without control characters, 1 to 256 bytes.
absl::Status CheckNodeName(std::string_view name, std::string_view field);

// A producer's name: UTF-8 without control characters, 1 to 256 bytes.
absl::Status CheckProducerName(std::string_view name, std::string_view field);

// The name of a lease, or of who holds one: UTF-8 without control characters, 1 to 256 bytes.
absl::Status CheckLeaseName(std::string_view name, std::string_view field);

// What tells apart who uses one name, of a lease or a producer: UTF-8, at most 64 bytes.
absl::Status CheckInstance(std::string_view instance, std::string_view field);

// A log's name as users may give it: 1 to 128 bytes of [a-zA-Z0-9._-], not starting with `_` or `.`.
absl::Status CheckLogName(std::string_view name);

}  // namespace replog
