#include "server/core/timer_queue.h"

#include <algorithm>

namespace replog {

TimerQueue::TimerQueue(Clock& clock, Drive drive) : clock_(clock) {
  if (drive == Drive::kThread) thread_ = std::thread(&TimerQueue::Run, this);
}

TimerQueue::~TimerQueue() {
  {
    MutexLock lock(mutex_);
    stopping_ = true;
    changed_.NotifyAll();
  }
  if (thread_.joinable()) thread_.join();
}

void TimerQueue::Schedule(int64_t at_us, std::weak_ptr<Timed> timed) {
  MutexLock lock(mutex_);
  const bool sooner = timers_.empty() || at_us < timers_.begin()->first;
  timers_.emplace(at_us, std::move(timed));
  if (sooner) changed_.NotifyOne();
}

void TimerQueue::RunDue() {
  for (;;) {
    std::shared_ptr<Timed> timed;
    const int64_t now_us = clock_.MonotonicMicros();
    {
      MutexLock lock(mutex_);
      if (timers_.empty() || timers_.begin()->first > now_us) return;
      timed = timers_.begin()->second.lock();
      timers_.erase(timers_.begin());
    }
    if (timed == nullptr) continue;
    if (const int64_t again_us = timed->OnTime(now_us); again_us != 0) Schedule(again_us, timed);
  }
}

void TimerQueue::Run() {
  for (;;) {
    RunDue();
    MutexLock lock(mutex_);
    if (stopping_) return;
    // Re-reading the clock now and then also serves a queue that is empty.
    constexpr int64_t kLongestWaitUs = 1'000'000;
    const int64_t now_us = clock_.MonotonicMicros();
    const int64_t wait_us =
        timers_.empty() ? kLongestWaitUs : std::min(kLongestWaitUs, timers_.begin()->first - now_us);
    if (wait_us > 0) changed_.WaitFor(mutex_, std::chrono::microseconds(wait_us));
  }
}

}  // namespace replog
