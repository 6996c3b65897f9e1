#pragma once

#include <algorithm>
#include <atomic>

#include "base/clock.h"

namespace replog::testing {

// A clock that stands still until it is told otherwise. Thread-safe.
class ManualClock final : public Clock {
 public:
  int64_t WallMicros() override { return wall_us; }
  int64_t MonotonicMicros() override { return monotonic_us; }

  // Both go on, in steps that are no jump for whoever reads them meanwhile.
  void Advance(int64_t us) {
    constexpr int64_t kStepUs = 30'000'000;
    for (; us > 0; us -= kStepUs) {
      wall_us += std::min(us, kStepUs);
      monotonic_us += std::min(us, kStepUs);
    }
  }

  std::atomic<int64_t> wall_us{1'700'000'000'000'000};
  std::atomic<int64_t> monotonic_us{1'000'000};
};

}  // namespace replog::testing
