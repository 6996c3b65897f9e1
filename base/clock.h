#pragma once

#include <cstdint>

namespace replog {

// Time as an interface, so that tests drive it. Thread-safe.
class Clock {
 public:
  virtual ~Clock() = default;
  // Microseconds since 1970 by the wall clock. May jump either way.
  virtual int64_t WallMicros() = 0;
  // Microseconds since an arbitrary start. Never goes backwards.
  virtual int64_t MonotonicMicros() = 0;
};

// The machine's clock. Lives for ever.
Clock& SystemClock();

}  // namespace replog
