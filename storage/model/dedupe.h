#pragma once

#include <cstdint>

#include "storage/model/types.h"

namespace replog {

// How long a log recognises an id again, in its own time (that of its records, which never goes backwards).
// 0: not at all; ids are then no more than data.
inline constexpr int64_t kDefaultDedupeWindowUs = 600'000'000;       // 10 minutes
inline constexpr int64_t kMaxDedupeWindowUs = 7 * 86'400'000'000ll;  // 7 days

// The newest record that was appended with an id.
struct IdEntry {
  Sequence sequence = 0;
  int64_t time_us = 0;
};

// Whether the id of `entry` is still taken when the log's time is `now_us`. A store may have older entries;
// what counts is this and never that there is an entry.
inline bool IsRemembered(const IdEntry& entry, int64_t window_us, int64_t now_us) {
  return window_us > 0 && now_us - entry.time_us <= window_us;
}

}  // namespace replog
