#pragma once

#include <chrono>
#include <cstdint>
#include <functional>
#include <queue>
#include <thread>
#include <vector>

#include "base/mutex.h"

namespace replog::client::internal {

// Runs functions later, on one thread of its own, which starts with the first of them. There is no
// cancelling: a function holds its object weakly and looks whether it is still wanted.
//
// Thread Safety: Schedule may be called from many threads, and from a scheduled function.
class Timer {
 public:
  using TimePoint = std::chrono::steady_clock::time_point;

  Timer() = default;
  // Drops what is still scheduled. May run on the timer's own thread.
  ~Timer();
  Timer(const Timer&) = delete;
  Timer& operator=(const Timer&) = delete;

  // `run` must not block.
  void Schedule(TimePoint when, std::function<void()> run);

 private:
  struct Entry {
    TimePoint when;
    uint64_t order;  // of equal times the first scheduled runs first
    std::function<void()> run;
    bool operator<(const Entry& other) const {
      return when != other.when ? when > other.when : order > other.order;
    }
  };
  // Shared with the thread, which may outlive the Timer when the Timer is destroyed on it.
  struct State {
    Mutex mutex;
    CondVar changed;
    std::priority_queue<Entry> entries TSA_GUARDED_BY(mutex);
    uint64_t next_order TSA_GUARDED_BY(mutex) = 0;
    bool stopping TSA_GUARDED_BY(mutex) = false;
  };
  static void Loop(State& state);

  std::shared_ptr<State> state_ = std::make_shared<State>();
  Mutex thread_mutex_;
  std::thread thread_ TSA_GUARDED_BY(thread_mutex_);
};

}  // namespace replog::client::internal
