#pragma once

#include <string>
#include <vector>

#include "absl/status/status.h"
#include "storage/model/types.h"

namespace replog {

// What a reader resumes from and an append returns; see replog.v1.Position.
struct Position {
  std::string log_uuid;
  uint64_t lineage = 0;
  Epoch epoch = 0;  // of the record before next_sequence; 0 at the beginning
  Sequence next_sequence = 0;

  bool operator==(const Position&) const = default;
};

// An epoch's number has two halves: the upper says where it is counted, its origin; the lower counts there.
// The server's starts count on from the last; a copy restored from a backup goes to a higher origin, drawn at
// random. So two copies of one log never give the same epoch to different records, and a position that both
// know is of the history that they share.
//
// The first epoch of an origin after that of `current`. `random`: any number.
Epoch NextOrigin(Epoch current, uint32_t random);
// The lowest number of the origin of `epoch`.
Epoch FirstOfOrigin(Epoch epoch);

// The lineage of a copy that is restored at `now_us` (microseconds since 1970) of a log of lineage `current`:
// higher, and than that of a copy that was restored more than a second before. Two copies of one backup have
// different ones, also of the same moment, or where the clock is wrong: `random` is any number.
uint64_t NextLineage(uint64_t current, int64_t now_us, uint32_t random);

// The history of one log: which epoch began at which sequence. A value type; not thread-safe.
class EpochTable {
 public:
  struct Entry {
    Epoch epoch;
    Sequence first;  // the end of the log when the epoch began
  };

  EpochTable() = default;
  explicit EpochTable(std::vector<Entry> entries) : entries_(std::move(entries)) {}

  // Begins an epoch at the log's end. `epoch` must be higher than any before, `first` not lower. An epoch in
  // which nothing was written is forgotten: no record and so no position can be of it.
  void Begin(Epoch epoch, Sequence first);

  // The newest epoch; 0 before the first.
  Epoch current() const { return entries_.empty() ? 0 : entries_.back().epoch; }
  // The epoch of a record below the log's end; 0 when there is none.
  Epoch EpochOf(Sequence sequence) const;
  // The epoch of the record before `next`, as a position has it.
  Epoch EpochBefore(Sequence next) const { return next == 0 ? 0 : EpochOf(next - 1); }

  // Whether history up to (epoch, next) is this log's own, which ends at `end`. OK, or FORKED with the
  // sequence up to which both agree for certain, or PAST_THE_END.
  absl::Status Check(Epoch epoch, Sequence next, Sequence end) const;

  const std::vector<Entry>& entries() const { return entries_; }

 private:
  // Whether epochs were counted here where `epoch` was: then those that are not known came after the known.
  bool KnowsOriginOf(Epoch epoch) const;
  // The sequence after the last that `epoch`, or the newest known epoch before it, wrote here.
  Sequence EndOfEpoch(Epoch epoch, Sequence end) const;

  std::vector<Entry> entries_;  // ascending in both
};

}  // namespace replog
