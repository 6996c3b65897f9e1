#pragma once

#include <cstdint>
#include <optional>
#include <set>
#include <utility>

#include "absl/container/flat_hash_map.h"
#include "base/mutex.h"
#include "server/core/log.h"

namespace replog {

// Which logs have records that may expire, and when to look for them: so that what is due is found without
// asking the store while nothing is. The committer adds what it wrote; the expirer takes a log, looks, and
// adds what it found. Times are microseconds since 1970. Thread-safe.
class ExpirySchedule {
 public:
  struct Due {
    LogPtr log;
    int64_t from_us = 0;  // nothing of the log expires before
  };

  // Nothing that was not said before expires before `from_us`; the log is to be looked at once `look_us` is
  // past. A deleted log is not.
  void Add(const LogPtr& log, int64_t from_us, int64_t look_us) TSA_EXCLUDES(mutex_);
  // A log was deleted.
  void Forget(const Log& log) TSA_EXCLUDES(mutex_);

  bool HasDue(int64_t now_us) const TSA_EXCLUDES(mutex_);
  // Takes out the log that has been due longest. Whoever takes one adds it again when there is more of it;
  // what is committed meanwhile is added all the same, so nothing falls between.
  std::optional<Due> TakeDue(int64_t now_us) TSA_EXCLUDES(mutex_);

 private:
  struct Entry {
    LogPtr log;
    int64_t from_us = INT64_MAX;
    int64_t look_us = INT64_MAX;
  };

  mutable Mutex mutex_;
  absl::flat_hash_map<LogNumber, Entry> entries_ TSA_GUARDED_BY(mutex_);
  std::set<std::pair<int64_t, LogNumber>> by_look_ TSA_GUARDED_BY(mutex_);
};

}  // namespace replog
