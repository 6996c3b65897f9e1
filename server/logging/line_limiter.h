#pragma once

#include <cstdint>
#include <utility>

#include "base/clock.h"
#include "base/mutex.h"

namespace replog {

// Lets so many lines of one kind through in each second, so that what happens to many at once does not flood
// the log. Thread-safe.
class LineLimiter {
 public:
  // `clock` must outlive it.
  LineLimiter(Clock& clock, int lines_per_second) : clock_(clock), lines_per_second_(lines_per_second) {}

  struct Verdict {
    bool write = false;
    uint64_t suppressed = 0;  // lines before this one that were not written, to be told with it
  };
  Verdict Ask() TSA_EXCLUDES(mutex_) {
    const int64_t second = clock_.MonotonicMicros() / 1'000'000;
    MutexLock lock(mutex_);
    if (second != second_) {
      second_ = second;
      written_ = 0;
    }
    if (written_ == lines_per_second_) {
      ++suppressed_;
      return {};
    }
    ++written_;
    return {true, std::exchange(suppressed_, 0)};
  }

 private:
  Clock& clock_;
  const int lines_per_second_;
  Mutex mutex_;
  int64_t second_ TSA_GUARDED_BY(mutex_) = 0;
  int written_ TSA_GUARDED_BY(mutex_) = 0;  // in that second
  uint64_t suppressed_ TSA_GUARDED_BY(mutex_) = 0;
};

}  // namespace replog
