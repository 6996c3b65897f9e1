#pragma once

#include <cstdint>

#include "base/mutex.h"

namespace replog::testing {

// Tells the load when the server is there. Thread-safe.
class Gate {
 public:
  // The server is there, or there again.
  void Open() {
    MutexLock lock(mutex_);
    ++generation_;
    changed_.NotifyAll();
  }
  // There is no more to do.
  void Finish() {
    MutexLock lock(mutex_);
    finished_ = true;
    changed_.NotifyAll();
  }
  // Waits for an Open after the one that `generation` stands for, and sets it. False when there was none and
  // there is no more to do. One that was not seen in time counts: what a kill broke off is still to be asked
  // for.
  bool WaitOpen(uint64_t& generation) {
    MutexLock lock(mutex_);
    while (generation_ == generation && !finished_) changed_.Wait(mutex_);
    const bool opened = generation_ != generation;
    generation = generation_;
    return opened;
  }
  bool finished() const {
    MutexLock lock(mutex_);
    return finished_;
  }

 private:
  mutable Mutex mutex_;
  CondVar changed_;
  uint64_t generation_ TSA_GUARDED_BY(mutex_) = 0;
  bool finished_ TSA_GUARDED_BY(mutex_) = false;
};

// A number that grows and that somebody waits for. Thread-safe.
class Counter {
 public:
  void Add(uint64_t by) {
    MutexLock lock(mutex_);
    value_ += by;
    changed_.NotifyAll();
  }
  uint64_t value() const {
    MutexLock lock(mutex_);
    return value_;
  }
  // False when the value does not come for as long as a minute.
  bool WaitFor(uint64_t value) {
    MutexLock lock(mutex_);
    while (value_ < value) {
      if (!changed_.WaitFor(mutex_, std::chrono::minutes(1))) return value_ >= value;
    }
    return true;
  }

 private:
  mutable Mutex mutex_;
  CondVar changed_;
  uint64_t value_ TSA_GUARDED_BY(mutex_) = 0;
};

}  // namespace replog::testing
