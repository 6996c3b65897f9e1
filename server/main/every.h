#pragma once

#include <cstdint>
#include <functional>
#include <memory>

#include "server/core/timer_queue.h"

namespace replog {

// Calls `call` again and again, on the queue's thread, so it must not block; for as long as what it returns
// lives.
inline std::shared_ptr<Timed> Every(int64_t interval_us, TimerQueue& timers, Clock& clock,
                                    std::function<void()> call) {
  struct Repeated final : Timed {
    Repeated(int64_t interval_us, std::function<void()> call)
        : interval_us(interval_us), call(std::move(call)) {}
    int64_t OnTime(int64_t now_us) override {
      call();
      return now_us + interval_us;
    }
    const int64_t interval_us;
    const std::function<void()> call;
  };
  auto repeated = std::make_shared<Repeated>(interval_us, std::move(call));
  timers.Schedule(clock.MonotonicMicros() + interval_us, repeated);
  return repeated;
}

}  // namespace replog
