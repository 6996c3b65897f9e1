#pragma once

#include <chrono>
#include <cstdint>
#include <string>
#include <variant>

#include "client/record.h"

namespace replog::client {

// A place between two records of a log's one history. To resume from it is safe even when the log was deleted
// and made again, or was restored from a backup: the server then says so (ABORTED) instead of showing another
// history.
struct Position {
  std::string log_uuid;
  uint64_t lineage = 0;
  uint64_t epoch = 0;
  // The first record after this position.
  uint64_t next_sequence = 0;

  bool operator==(const Position&) const = default;
};

// Where a reader starts.
struct FromBeginning {};  // the first record that is kept
struct FromSequence {     // exactly here; OUT_OF_RANGE when it was trimmed away or is past the end
  uint64_t sequence = 0;
};
struct FromPosition {
  Position position;
};
struct FromTime {  // the first record whose time is at or after this
  Time time;
};
struct NewOnly {};     // what is appended from now on
struct FromCursor {};  // where the subscription's node has acknowledged to; without a cursor the beginning

using SubscribeStart = std::variant<FromBeginning, FromSequence, FromPosition, FromTime, NewOnly, FromCursor>;
// For a page; FromBeginning with `backward` means from the end.
using ReadStart = std::variant<FromBeginning, FromSequence, FromPosition, FromTime>;

}  // namespace replog::client
