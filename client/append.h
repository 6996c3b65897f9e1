#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "client/position.h"
#include "client/status.h"

namespace replog::client {

// What became of an append. It is never guessed: when it cannot be known, that is what is said.
enum class AppendFate : uint8_t {
  kAcknowledged,  // durable as the log's setting promises
  kRejected,      // definitely not in the log; to append it again is safe
  kUnknown,       // it may be in the log or not: the connection or the store broke before the answer
};

// Which of the three the outcome of an append means.
AppendFate FateOf(const Status& status);
// "acknowledged", "rejected" or "unknown".
const char* FateName(AppendFate fate);

// How safe acknowledged records are against a loss of power.
enum class Durability : uint8_t {
  kUnspecified,
  kSync,  // on disk before it is acknowledged
  kOs,    // written to the operating system
};

// What an append expects of one key's newest record.
struct KeyCondition {
  std::string channel;
  std::string key;
  std::optional<uint64_t>
      sequence;  // that record's; nullopt: the key must not exist (never written, or deleted)
};

// Tells the holders of one lease apart: who gets it later has a higher one, by lineage and then by sequence.
struct LeaseToken {
  std::string name;  // the lease's
  uint64_t lineage = 0;
  uint64_t sequence = 0;  // of the record that granted it, in the log `_system`

  bool operator==(const LeaseToken&) const = default;
};

// What must hold for a batch to be appended, all of it; what does not hold rejects the batch with
// FAILED_PRECONDITION (CONDITION_FAILED) and the current value in the status' metadata.
struct AppendConditions {
  // The log's end.
  std::optional<uint64_t> expected_end = std::nullopt;
  std::vector<KeyCondition> keys = {};
  // Records whose version is not newer than their key's are stale and left out, which is no error. Every
  // record with a key then needs a version.
  bool newer_version_only = false;
  // The lease that the batch is written under: FAILED_PRECONDITION (LEASE_FENCED), with the `lineage` and
  // `sequence` of the higher token, when the log has seen one. See client/lease.h.
  std::optional<LeaseToken> lease = std::nullopt;
};

// What became of one record of a batch.
struct RecordResult {
  bool appended = true;   // false: stale, or a duplicate
  uint64_t sequence = 0;  // the record's own; of a stale one, the newer record's; of a duplicate, the first's
  uint64_t version = 0;   // of a stale one: the newer record's
  bool duplicate = false;  // the log had the record's id
};

// A batch that was appended. The sequences of its records are first to last without gaps.
struct Appended {
  // Zero when none was appended.
  uint64_t first_sequence = 0;
  uint64_t last_sequence = 0;
  // One for each record, in order; empty when all were appended.
  std::vector<RecordResult> results;
  // Where a reader resumes to see what follows this batch.
  Position position;
  Durability durability = Durability::kUnspecified;
  // The time given to the records.
  Time time;
};

}  // namespace replog::client
