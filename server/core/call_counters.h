#pragma once

#include <functional>
#include <map>
#include <string>

#include "base/histogram.h"
#include "base/mutex.h"

namespace replog {

// Calls of one transport that have ended: by method, their codes, and how long they took. Methods are those
// that the server has, so they are few. Thread-safe.
class CallCounters {
 public:
  struct Method {
    std::map<int, uint64_t> codes;  // how often each
    Histogram took_us{kCallBoundsUs};
  };

  void Count(const std::string& method, int code, int64_t took_us) TSA_EXCLUDES(mutex_) {
    MutexLock lock(mutex_);
    Method& counted = methods_[method];
    ++counted.codes[code];
    counted.took_us.Add(static_cast<uint64_t>(took_us));
  }
  // `look` must not count.
  void ForEach(const std::function<void(const std::string& name, const Method& method)>& look) const
      TSA_EXCLUDES(mutex_) {
    MutexLock lock(mutex_);
    for (const auto& [name, method] : methods_) look(name, method);
  }

 private:
  mutable Mutex mutex_;
  std::map<std::string, Method> methods_ TSA_GUARDED_BY(mutex_);
};

}  // namespace replog
