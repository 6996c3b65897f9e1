#pragma once

#include <deque>
#include <functional>
#include <memory>
#include <thread>

#include "base/mutex.h"

namespace replog::client::internal {

// A thread that runs functions one after another, in the order in which they were posted.
//
// Thread Safety: Post may be called from many threads. Lifetime: the destructor lets what was posted run; on
// the worker's own thread it does not wait for it.
class SerialWorker {
 public:
  SerialWorker();
  ~SerialWorker();
  SerialWorker(const SerialWorker&) = delete;
  SerialWorker& operator=(const SerialWorker&) = delete;

  void Post(std::function<void()> run);

 private:
  // Shared with the thread, which may outlive the worker.
  struct State {
    Mutex mutex;
    CondVar changed;
    std::deque<std::function<void()>> tasks TSA_GUARDED_BY(mutex);
    bool stopping TSA_GUARDED_BY(mutex) = false;
  };
  static void Loop(State& state);

  std::shared_ptr<State> state_ = std::make_shared<State>();
  std::thread thread_;
};

}  // namespace replog::client::internal
