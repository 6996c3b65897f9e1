#pragma once

#include <map>
#include <memory>

#include "base/mutex.h"
#include "rocksdb/compaction_filter.h"
#include "storage/model/types.h"

namespace replog {

// From which chunk on each log still has its chunks. Entries of the channel index below it point at nothing:
// readers ignore them, and compaction drops them when it comes by. Thread-safe.
class TrimPoints {
 public:
  // Chunks of `log` that begin before `first` are gone for good.
  void Raise(LogNumber log, Sequence first) TSA_EXCLUDES(mutex_);
  // A copy, for one compaction.
  std::map<LogNumber, Sequence> All() const TSA_EXCLUDES(mutex_);

 private:
  mutable Mutex mutex_;
  std::map<LogNumber, Sequence> points_ TSA_GUARDED_BY(mutex_);
};

// Makes the filters that drop entries of the channel index below the points. What a compaction does not know
// yet it keeps.
std::shared_ptr<rocksdb::CompactionFilterFactory> MakeIndexFilter(std::shared_ptr<const TrimPoints> points);

// Makes the filters that drop tombstones from the table which are below the points: no reader can be at a
// place from which it needs them, and keys that come and go would fill the table. One with a version stays:
// it goes on holding back older ones.
std::shared_ptr<rocksdb::CompactionFilterFactory> MakeTombstoneFilter(
    std::shared_ptr<const TrimPoints> points);

}  // namespace replog
