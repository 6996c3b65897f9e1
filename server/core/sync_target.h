#pragma once

#include <optional>
#include <string>
#include <variant>

#include "absl/status/statusor.h"
#include "server/core/log.h"

namespace replog {

// What a sync barrier is about, as it was asked: a record by its sequence, or the newest of a key.
struct SyncKey {
  std::string channel;
  std::string key;
};
using SyncTarget = std::variant<Sequence, SyncKey>;

struct SyncRecord {
  Sequence sequence = 0;
  std::optional<std::string> channel;  // nullopt: not known, because the record was trimmed away
};

// The record itself. Reads the store, and so blocks. PAST_THE_END, KEY_NOT_FOUND (a deleted key is found: its
// newest record is the tombstone).
absl::StatusOr<SyncRecord> FindSyncTarget(const SyncTarget& target, const Log& log, LogStore& store);

}  // namespace replog
