#pragma once

#include <cstdint>
#include <map>
#include <memory>
#include <thread>

#include "base/clock.h"
#include "base/mutex.h"

namespace replog {

// Something that wants to be called at a time.
class Timed {
 public:
  virtual ~Timed() = default;
  // Called on the queue's thread, without its lock. Returns when to be called again, by the monotonic clock
  // in microseconds; 0 for never.
  virtual int64_t OnTime(int64_t now_us) = 0;
};

// One thread and one list for all timers of the server, so that a subscription's costs it one entry. What is
// gone when its time comes is forgotten then. Thread-safe.
class TimerQueue {
 public:
  // `clock` must outlive the queue. Without a thread, RunDue is called by the owner (in tests).
  enum class Drive : uint8_t { kThread, kByHand };
  explicit TimerQueue(Clock& clock, Drive drive = Drive::kThread);
  ~TimerQueue();

  void Schedule(int64_t at_us, std::weak_ptr<Timed> timed) TSA_EXCLUDES(mutex_);
  // Calls everything whose time has come.
  void RunDue() TSA_EXCLUDES(mutex_);

 private:
  void Run();

  Clock& clock_;
  Mutex mutex_;
  CondVar changed_;
  std::multimap<int64_t, std::weak_ptr<Timed>> timers_ TSA_GUARDED_BY(mutex_);
  bool stopping_ TSA_GUARDED_BY(mutex_) = false;
  std::thread thread_;
};

}  // namespace replog
