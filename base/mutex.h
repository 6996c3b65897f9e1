#pragma once

#include <chrono>
#include <condition_variable>
#include <mutex>
#include <shared_mutex>

// A mutex that clang's -Wthread-safety understands, over the standard one. The standard one is used, and not
// Abseil's, because ThreadSanitizer sees through it without a specially built Abseil.

#if defined(__clang__)
#define REPLOG_TSA(x) __attribute__((x))
#else
#define REPLOG_TSA(x)
#endif
#define TSA_GUARDED_BY(x) REPLOG_TSA(guarded_by(x))
#define TSA_REQUIRES(...) REPLOG_TSA(requires_capability(__VA_ARGS__))
#define TSA_REQUIRES_SHARED(...) REPLOG_TSA(requires_shared_capability(__VA_ARGS__))
#define TSA_EXCLUDES(...) REPLOG_TSA(locks_excluded(__VA_ARGS__))
#define TSA_NO_THREAD_SAFETY_ANALYSIS REPLOG_TSA(no_thread_safety_analysis)

namespace replog {

class REPLOG_TSA(capability("mutex")) Mutex {
 public:
  void Lock() REPLOG_TSA(acquire_capability()) { mutex_.lock(); }
  void Unlock() REPLOG_TSA(release_capability()) { mutex_.unlock(); }

 private:
  friend class CondVar;
  std::mutex mutex_;
};

// Holds a mutex for a scope.
class REPLOG_TSA(scoped_lockable) MutexLock {
 public:
  explicit MutexLock(Mutex& mutex) REPLOG_TSA(acquire_capability(mutex)) : mutex_(mutex) { mutex_.Lock(); }
  ~MutexLock() REPLOG_TSA(release_capability()) { mutex_.Unlock(); }
  MutexLock(const MutexLock&) = delete;
  MutexLock& operator=(const MutexLock&) = delete;

 private:
  Mutex& mutex_;
};

// Waits are in a loop around the condition: `while (!ready_) cv_.Wait(mutex_);`.
class CondVar {
 public:
  void Wait(Mutex& mutex) TSA_REQUIRES(mutex) {
    std::unique_lock<std::mutex> lock(mutex.mutex_, std::adopt_lock);
    cv_.wait(lock);
    lock.release();
  }
  // False when the time passed without a notification.
  bool WaitFor(Mutex& mutex, std::chrono::microseconds time) TSA_REQUIRES(mutex) {
    std::unique_lock<std::mutex> lock(mutex.mutex_, std::adopt_lock);
    // wait_until on the system clock would move with it; the steady clock does not.
    const auto answer = cv_.wait_until(lock, std::chrono::steady_clock::now() + time);
    lock.release();
    return answer == std::cv_status::no_timeout;
  }
  void NotifyOne() { cv_.notify_one(); }
  void NotifyAll() { cv_.notify_all(); }

 private:
  std::condition_variable cv_;
};

// Many readers or one writer.
class REPLOG_TSA(capability("shared_mutex")) SharedMutex {
 public:
  void Lock() REPLOG_TSA(acquire_capability()) { mutex_.lock(); }
  void Unlock() REPLOG_TSA(release_capability()) { mutex_.unlock(); }
  void LockShared() REPLOG_TSA(acquire_shared_capability()) { mutex_.lock_shared(); }
  void UnlockShared() REPLOG_TSA(release_shared_capability()) { mutex_.unlock_shared(); }

 private:
  std::shared_mutex mutex_;
};

class REPLOG_TSA(scoped_lockable) WriterLock {
 public:
  explicit WriterLock(SharedMutex& mutex) REPLOG_TSA(acquire_capability(mutex)) : mutex_(mutex) {
    mutex_.Lock();
  }
  ~WriterLock() REPLOG_TSA(release_capability()) { mutex_.Unlock(); }
  WriterLock(const WriterLock&) = delete;
  WriterLock& operator=(const WriterLock&) = delete;

 private:
  SharedMutex& mutex_;
};

class REPLOG_TSA(scoped_lockable) ReaderLock {
 public:
  explicit ReaderLock(SharedMutex& mutex) REPLOG_TSA(acquire_shared_capability(mutex)) : mutex_(mutex) {
    mutex_.LockShared();
  }
  ~ReaderLock() REPLOG_TSA(release_generic_capability()) { mutex_.UnlockShared(); }
  ReaderLock(const ReaderLock&) = delete;
  ReaderLock& operator=(const ReaderLock&) = delete;

 private:
  SharedMutex& mutex_;
};

}  // namespace replog
