#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "absl/status/statusor.h"
#include "server/core/limits.h"
#include "storage/model/lease_token.h"

namespace replog {

// What an append expects of one key.
struct KeyCondition {
  std::string channel;
  std::string key;
  std::optional<Sequence> sequence;  // of the key's newest record; nullopt: the key must not exist
};

// What must hold for a batch to be appended; see AppendConditions in replication_log.proto.
struct AppendConditions {
  std::optional<Sequence> expected_end;
  std::vector<KeyCondition> keys;
  bool newer_version_only = false;
  std::optional<LeaseToken> lease = std::nullopt;
};

// Reads and checks the encoded message.
absl::StatusOr<AppendConditions> ParseConditions(std::string_view encoded, const Limits& limits);

}  // namespace replog
