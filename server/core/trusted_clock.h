#pragma once

#include <optional>

#include "base/clock.h"
#include "base/mutex.h"
#include "server/core/alarms.h"
#include "server/core/clock_guard.h"

namespace replog {

// The wall clock for what removes data by time: expiry, retention by age. Raises the alarm CLOCK_JUMPED while
// it is not to be believed; see ClockGuard. Thread-safe.
class TrustedClock {
 public:
  // Both must outlive this.
  TrustedClock(const ClockGuard::Options& options, Clock& clock, Alarms& alarms);

  // Microseconds since 1970; nullopt while the clock is not to be believed. Each call is a look at it.
  std::optional<int64_t> Now() TSA_EXCLUDES(mutex_);

 private:
  ClockGuard::Reading Read();
  void Report(ClockGuard::Event event, int64_t ahead_us);

  const ClockGuard::Options options_;
  Clock& clock_;
  Alarms& alarms_;
  Mutex mutex_;
  ClockGuard guard_ TSA_GUARDED_BY(mutex_);
};

}  // namespace replog
