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
    ExpiryPlace from;  // nothing of the log that expires is before
  };

  // Something of `log` may expire at `from` or after it, and nothing that was not added before it. The log is
  // to be looked at once `look_us` is past; a deleted one is not.
  void Add(const LogPtr& log, const ExpiryPlace& from, int64_t look_us) TSA_EXCLUDES(mutex_);
  // The same, to be looked at when that time is past.
  void Add(const LogPtr& log, int64_t from_us) TSA_EXCLUDES(mutex_) { Add(log, {from_us, "", ""}, from_us); }
  // A log was deleted.
  void Forget(const Log& log) TSA_EXCLUDES(mutex_);

  bool HasDue(int64_t now_us) const TSA_EXCLUDES(mutex_);
  // Takes out the log that has been due longest. Whoever takes one adds it again when there is more of it;
  // what is committed meanwhile is added all the same, so nothing falls between.
  std::optional<Due> TakeDue(int64_t now_us) TSA_EXCLUDES(mutex_);

 private:
  struct Entry {
    LogPtr log;
    ExpiryPlace from{INT64_MAX, "", ""};
    int64_t look_us = INT64_MAX;
  };

  mutable Mutex mutex_;
  absl::flat_hash_map<LogNumber, Entry> entries_ TSA_GUARDED_BY(mutex_);
  std::set<std::pair<int64_t, LogNumber>> by_look_ TSA_GUARDED_BY(mutex_);
};

}  // namespace replog
