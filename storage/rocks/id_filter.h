#pragma once

#include <map>
#include <memory>

#include "base/mutex.h"
#include "rocksdb/compaction_filter.h"
#include "storage/model/log_store.h"

namespace replog {

// From which time on each log still recognises its ids. Nobody looks at older entries of the family `ids`,
// and compaction drops them when it comes by. Thread-safe.
class IdHorizons {
 public:
  // What `settings` mean for a log whose newest record is of `last_time_us`: no later one can be asked about.
  void Set(LogNumber log, const LogSettings& settings, int64_t last_time_us) TSA_EXCLUDES(mutex_);
  // A copy, for one compaction.
  std::map<LogNumber, int64_t> All() const TSA_EXCLUDES(mutex_);

 private:
  mutable Mutex mutex_;
  std::map<LogNumber, int64_t> horizons_ TSA_GUARDED_BY(mutex_);
};

// Makes the filters that drop entries from before the horizons. What they do not know they keep.
std::shared_ptr<rocksdb::CompactionFilterFactory> MakeIdFilter(std::shared_ptr<const IdHorizons> horizons);

}  // namespace replog
