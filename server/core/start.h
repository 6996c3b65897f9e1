#pragma once

#include <cstdint>
#include <optional>
#include <variant>

#include "absl/status/statusor.h"
#include "server/core/log.h"

namespace replog {

// Where a reader begins, as it asked.
struct FromBeginning {};
struct FromSequence {
  Sequence sequence = 0;
};
struct FromPosition {
  Position position;
};
struct FromEnd {};
struct FromTime {
  int64_t time_us = 0;
};
// At a node's cursor; whoever knows the nodes replaces it.
struct FromCursor {};
using Start = std::variant<FromBeginning, FromSequence, FromPosition, FromEnd, FromTime, FromCursor>;

// The place it stands for in `log` now; FromCursor stands for the beginning of what is kept.
// BELOW_FIRST_KEPT, PAST_THE_END, WRONG_LOG, FORKED. Reads the store (and so blocks) for FromTime only.
absl::StatusOr<Sequence> ResolveStart(const Start& start, const Log& log, LogStore& store);

// `next`, when a reader may begin there now. BELOW_FIRST_KEPT, PAST_THE_END.
absl::StatusOr<Sequence> CheckKept(Sequence next, const Log& log);

// BELOW_FIRST_KEPT: record `next`, which a reader wants, is gone.
absl::Status TrimmedAway(Sequence next, Sequence first_kept);

// The first record in [from, end) whose time is at or after `time_us`, or `end`.
absl::StatusOr<Sequence> FindTime(const Log& log, LogStore& store, Sequence from, Sequence end,
                                  int64_t time_us);

}  // namespace replog
