#include "server/core/executor.h"

namespace replog {

ThreadPool::ThreadPool(int threads) {
  for (int i = 0; i < threads; ++i) threads_.emplace_back(&ThreadPool::Run, this);
}

ThreadPool::~ThreadPool() {
  {
    MutexLock lock(mutex_);
    stopping_ = true;
    ready_.NotifyAll();
  }
  for (std::thread& thread : threads_) thread.join();
}

void ThreadPool::Post(std::function<void()> work) {
  MutexLock lock(mutex_);
  work_.push_back(std::move(work));
  ready_.NotifyOne();
}

size_t ThreadPool::queued() const {
  MutexLock lock(mutex_);
  return work_.size();
}

void ThreadPool::Run() {
  for (;;) {
    std::function<void()> work;
    {
      MutexLock lock(mutex_);
      while (work_.empty() && !stopping_) ready_.Wait(mutex_);
      if (work_.empty()) return;
      work = std::move(work_.front());
      work_.pop_front();
    }
    work();
  }
}

}  // namespace replog
