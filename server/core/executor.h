#pragma once

#include <deque>
#include <functional>
#include <string>
#include <thread>
#include <vector>

#include "base/mutex.h"

namespace replog {

// Runs work later, elsewhere. Thread-safe.
class Executor {
 public:
  virtual ~Executor() = default;
  virtual void Post(std::function<void()> work) = 0;
};

// A fixed number of threads. Its queue is bounded by its users: each stream has at most one piece of work in
// it.
class ThreadPool final : public Executor {
 public:
  explicit ThreadPool(int threads);
  // Runs what was posted, then ends.
  ~ThreadPool() override;
  void Post(std::function<void()> work) override TSA_EXCLUDES(mutex_);
  // What was posted and has not begun.
  size_t queued() const TSA_EXCLUDES(mutex_);

 private:
  void Run();

  mutable Mutex mutex_;
  CondVar ready_;
  std::deque<std::function<void()>> work_ TSA_GUARDED_BY(mutex_);
  bool stopping_ TSA_GUARDED_BY(mutex_) = false;
  std::vector<std::thread> threads_;
};

}  // namespace replog
