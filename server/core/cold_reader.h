#pragma once

#include <atomic>
#include <functional>
#include <list>
#include <utility>
#include <vector>

#include "absl/container/flat_hash_map.h"
#include "absl/status/statusor.h"
#include "base/mutex.h"
#include "server/core/executor.h"
#include "storage/model/log_store.h"

namespace replog {

// Reads of the store for subscriptions that are behind the tail, on threads that may block. Readers that ask
// for the same place at the same time, or shortly after, share one read and its memory: a fleet that replays
// together costs one replay. Thread-safe.
class ColdReader {
 public:
  using Done = std::function<void(absl::StatusOr<ChunkRun>)>;

  // `recent_bytes`: how much of what was read is kept for those who come shortly after.
  ColdReader(LogStore& store, Executor& blocking, size_t recent_bytes)
      : store_(store), blocking_(blocking), recent_bytes_(recent_bytes) {}

  // Reads forward; see LogStore::ReadForward. `filter` must live until `done` was called; `done` is called on
  // a thread of the executor.
  void Read(LogNumber log, Sequence from, Sequence until, size_t max_bytes, const ChannelFilter& filter,
            Done done) TSA_EXCLUDES(mutex_);

  struct Load {
    size_t waiting = 0;       // readers whose read is not done
    size_t recent_bytes = 0;  // kept for those who come shortly after
  };
  Load load() const TSA_EXCLUDES(mutex_);

 private:
  using Place = std::pair<LogNumber, Sequence>;
  struct Recent {
    Place place;
    ChunkRun run;
    size_t bytes;
  };

  void ReadShared(Place place, Sequence until, size_t max_bytes) TSA_EXCLUDES(mutex_);
  void Remember(Place place, const ChunkRun& run) TSA_REQUIRES(mutex_);

  LogStore& store_;
  Executor& blocking_;
  const size_t recent_bytes_;
  std::atomic<size_t> waiting_{0};
  mutable Mutex mutex_;
  absl::flat_hash_map<Place, std::vector<Done>> under_way_ TSA_GUARDED_BY(mutex_);
  std::list<Recent> recent_ TSA_GUARDED_BY(mutex_);  // newest first
  absl::flat_hash_map<Place, std::list<Recent>::iterator> by_place_ TSA_GUARDED_BY(mutex_);
  size_t bytes_ TSA_GUARDED_BY(mutex_) = 0;
};

}  // namespace replog
