#include "client/internal/serial_worker.h"

namespace replog::client::internal {

SerialWorker::SerialWorker() : thread_([state = state_] { Loop(*state); }) {}

SerialWorker::~SerialWorker() {
  {
    MutexLock lock(state_->mutex);
    state_->stopping = true;
  }
  state_->changed.NotifyOne();
  if (thread_.get_id() == std::this_thread::get_id()) {
    thread_.detach();
  } else {
    thread_.join();
  }
}

void SerialWorker::Post(std::function<void()> run) {
  {
    MutexLock lock(state_->mutex);
    state_->tasks.push_back(std::move(run));
  }
  state_->changed.NotifyOne();
}

void SerialWorker::Loop(State& state) {
  for (;;) {
    std::function<void()> run;
    {
      MutexLock lock(state.mutex);
      while (state.tasks.empty() && !state.stopping) state.changed.Wait(state.mutex);
      if (state.tasks.empty()) return;
      run = std::move(state.tasks.front());
      state.tasks.pop_front();
    }
    run();
  }
}

}  // namespace replog::client::internal
