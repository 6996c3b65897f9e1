#pragma once

#include <atomic>

#include "base/clock.h"

namespace replog::testing {

// A clock that stands still until it is told otherwise. Thread-safe.
class ManualClock final : public Clock {
 public:
  int64_t WallMicros() override { return wall_us; }
  int64_t MonotonicMicros() override { return monotonic_us; }

  std::atomic<int64_t> wall_us{1'700'000'000'000'000};
  std::atomic<int64_t> monotonic_us{1'000'000};
};

}  // namespace replog::testing
