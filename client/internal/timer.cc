#include "client/internal/timer.h"

#include <memory>

namespace replog::client::internal {

Timer::~Timer() {
  {
    MutexLock lock(state_->mutex);
    state_->stopping = true;
  }
  state_->changed.NotifyAll();
  MutexLock lock(thread_mutex_);
  if (!thread_.joinable()) return;
  if (thread_.get_id() == std::this_thread::get_id()) {
    thread_.detach();
  } else {
    thread_.join();
  }
}

void Timer::Schedule(TimePoint when, std::function<void()> run) {
  {
    MutexLock lock(state_->mutex);
    state_->entries.push({when, state_->next_order++, std::move(run)});
  }
  state_->changed.NotifyAll();
  MutexLock lock(thread_mutex_);
  if (!thread_.joinable()) thread_ = std::thread([state = state_] { Loop(*state); });
}

void Timer::Loop(State& state) {
  for (;;) {
    std::function<void()> run;
    {
      MutexLock lock(state.mutex);
      while (!state.stopping) {
        const auto now = std::chrono::steady_clock::now();
        if (state.entries.empty()) {
          state.changed.Wait(state.mutex);
        } else if (state.entries.top().when > now) {
          const auto wait = state.entries.top().when - now;
          state.changed.WaitFor(state.mutex, std::chrono::ceil<std::chrono::microseconds>(wait));
        } else {
          break;
        }
      }
      if (state.stopping) return;
      run = state.entries.top().run;
      state.entries.pop();
    }
    run();
  }
}

}  // namespace replog::client::internal
