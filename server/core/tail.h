#pragma once

#include <deque>
#include <memory>
#include <vector>

#include "absl/container/flat_hash_set.h"
#include "absl/status/status.h"
#include "base/mutex.h"
#include "storage/model/chunk.h"

namespace replog {

// A reader that waits for more. Called at most once for each time it was registered, by the thread that
// published, without any lock of the tail.
class TailWaiter {
 public:
  virtual ~TailWaiter() = default;
  virtual void OnTail() = 0;
};

// What the tail says to a reader that stands at `next`.
struct TailAnswer {
  enum class Kind : uint8_t {
    kBatch,   // here are the chunks from the one that holds `next` on: deliver them, then ask again
    kBehind,  // not in memory any more: read the store from `next`, then ask again
    kWait,    // `next` is the end: the waiter was registered, atomically with this answer
    kClosed,  // nothing will come any more: end with `closed`
  };
  Kind kind = Kind::kWait;
  std::vector<ChunkPtr> chunks;
  Sequence committed_end = 0;
  Sequence first_kept = 0;
  absl::Status closed;
};

using TailWaiters = std::vector<std::shared_ptr<TailWaiter>>;

// The newest committed chunks of one log, in memory, and those who wait for the next ones. The position
// belongs to the reader; the tail only answers the same question the store could answer, faster. It holds at
// most `max_bytes` of chunks, though always the newest, and forgets the oldest first. Thread-safe.
class Tail {
 public:
  Tail(size_t max_bytes, Sequence first_kept, Sequence end);

  // At most about `max_bytes` of chunks, at least one.
  TailAnswer Read(Sequence next, size_t max_bytes, const std::shared_ptr<TailWaiter>& waiter)
      TSA_EXCLUDES(mutex_);
  // Undoes a kWait. The waiter may still be called by a publication that is under way.
  void CancelWait(const std::shared_ptr<TailWaiter>& waiter) TSA_EXCLUDES(mutex_);

  // Adds committed chunks, which continue the end. Gives back who waited; the caller wakes them.
  [[nodiscard]] TailWaiters Publish(std::vector<ChunkPtr> chunks) TSA_EXCLUDES(mutex_);
  // The store was opened again and ends at `end`, at or after the committed end; what is between is not in
  // memory.
  [[nodiscard]] TailWaiters ResetTo(Sequence end) TSA_EXCLUDES(mutex_);
  // Everything before `first_kept` is gone.
  [[nodiscard]] TailWaiters Trim(Sequence first_kept) TSA_EXCLUDES(mutex_);
  // From now on at most this much; see the class.
  void SetMaxBytes(size_t max_bytes) TSA_EXCLUDES(mutex_);
  // Ends every reader with `reason`, now and from now on.
  [[nodiscard]] TailWaiters Close(absl::Status reason) TSA_EXCLUDES(mutex_);

  Sequence committed_end() const TSA_EXCLUDES(mutex_);
  Sequence first_kept() const TSA_EXCLUDES(mutex_);
  // The first sequence in memory; committed_end when there is none.
  Sequence first_in_memory() const TSA_EXCLUDES(mutex_);
  // What its chunks take.
  size_t memory_bytes() const TSA_EXCLUDES(mutex_);

 private:
  TailWaiters TakeWaiters() TSA_REQUIRES(mutex_);
  void Evict() TSA_REQUIRES(mutex_);
  Sequence FirstInMemory() const TSA_REQUIRES(mutex_);
  void CopyFrom(Sequence next, size_t max_bytes, std::vector<ChunkPtr>& out) const TSA_REQUIRES(mutex_);

  mutable Mutex mutex_;
  size_t max_bytes_ TSA_GUARDED_BY(mutex_);
  std::deque<ChunkPtr> chunks_ TSA_GUARDED_BY(mutex_);
  size_t bytes_ TSA_GUARDED_BY(mutex_) = 0;
  Sequence first_kept_ TSA_GUARDED_BY(mutex_);
  Sequence committed_end_ TSA_GUARDED_BY(mutex_);
  absl::Status closed_ TSA_GUARDED_BY(mutex_);
  absl::flat_hash_set<std::shared_ptr<TailWaiter>> waiters_ TSA_GUARDED_BY(mutex_);
};

}  // namespace replog
