#pragma once

#include <memory>

#include "absl/container/flat_hash_map.h"
#include "base/mutex.h"

namespace replog {

// A stream that would stay open for as long as its client likes.
class Stoppable {
 public:
  virtual ~Stoppable() = default;
  // Ends the stream soon, with what was begun on it answered. Thread-safe.
  virtual void Stop() = 0;
};

// The open streams, to be ended when the server stops. Thread-safe.
class StreamRegistry {
 public:
  // False when the server is stopping: the stream should end at once.
  bool Add(const std::shared_ptr<Stoppable>& stream) {
    MutexLock lock(mutex_);
    streams_[stream.get()] = stream;
    return !stopping_;
  }
  void Remove(Stoppable* stream) {
    MutexLock lock(mutex_);
    streams_.erase(stream);
    if (streams_.empty()) empty_.NotifyAll();
  }
  // Returns when there is no stream left, or after `patience`.
  void WaitUntilEmpty(std::chrono::milliseconds patience) {
    MutexLock lock(mutex_);
    while (!streams_.empty()) {
      if (!empty_.WaitFor(mutex_, patience)) return;
    }
  }
  void StopAll() {
    absl::flat_hash_map<Stoppable*, std::weak_ptr<Stoppable>> streams;
    {
      MutexLock lock(mutex_);
      stopping_ = true;
      streams = streams_;
    }
    for (const auto& [key, weak] : streams) {
      if (const auto stream = weak.lock()) stream->Stop();
    }
  }

 private:
  Mutex mutex_;
  CondVar empty_;
  bool stopping_ TSA_GUARDED_BY(mutex_) = false;
  absl::flat_hash_map<Stoppable*, std::weak_ptr<Stoppable>> streams_ TSA_GUARDED_BY(mutex_);
};

}  // namespace replog
