#pragma once

#include <cstdint>

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

// A batch that was appended. Its sequences are first to last without gaps.
struct Appended {
  uint64_t first_sequence = 0;
  uint64_t last_sequence = 0;
  // Where a reader resumes to see what follows this batch.
  Position position;
  Durability durability = Durability::kUnspecified;
  // The time given to the records.
  Time time;
};

}  // namespace replog::client
