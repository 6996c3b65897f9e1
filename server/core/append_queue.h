#pragma once

#include <functional>
#include <optional>
#include <vector>

#include "absl/container/flat_hash_map.h"
#include "absl/functional/any_invocable.h"
#include "absl/status/statusor.h"
#include "base/clock.h"
#include "base/counter.h"
#include "base/mutex.h"
#include "server/core/append_request.h"
#include "server/core/call_origin.h"
#include "server/core/log.h"

namespace replog {

// What became of one record of an append that was not rejected.
struct RecordOutcome {
  enum class Kind : uint8_t {
    kAppended,   // written as `sequence`
    kStale,      // not written: the key has `version`, of record `sequence`, which is at least as new
    kDuplicate,  // not written: it was before, as `sequence`
  };
  Kind kind = Kind::kAppended;
  std::optional<Sequence> sequence;  // nullopt: not known any more
  std::optional<uint64_t> version;
};

// What an append that was acknowledged got.
struct Appended {
  Sequence first = 0;  // when anything was written
  uint32_t count = 0;  // how many were written, in a row
  // One for each record, in order; none when all were written.
  std::vector<RecordOutcome> outcomes;
  int64_t time_us = 0;
  Position position;  // after all of the batch that is in the log
  Durability durability = Durability::kSync;
  std::optional<uint64_t> producer_next = std::nullopt;  // of a stamped append: see AppendResponse
};

// An append on its way. `done` is called exactly once, from any thread.
struct PendingAppend {
  LogPtr log;
  AppendRequest request;
  absl::AnyInvocable<void(absl::StatusOr<Appended>)> done;
  std::shared_ptr<const CallOrigin> origin = nullptr;  // null: the server's own
};

// What the committer does next: a group of appends in order of arrival, or one change of the catalog.
struct AppendGroup {
  std::vector<PendingAppend> appends;
  int64_t oldest_us = 0;  // when the first of them came, by the monotonic clock
  absl::AnyInvocable<void()> task;
};

// Where handlers leave appends for the committer. While a group is being synced the next one forms here, so
// groups grow with the load. Bounded in bytes for each log. Thread-safe.
class AppendQueue {
 public:
  struct Options {
    size_t max_log_bytes = 32 << 20;   // of one log's waiting requests
    size_t max_bytes = 256 << 20;      // of all logs' together
    size_t max_group_bytes = 4 << 20;  // of one group, though always one append
  };

  // `clock` must outlive the queue.
  AppendQueue(const Options& options, Clock& clock) : options_(options), clock_(clock) {}

  enum class Offer : uint8_t {
    kTaken,
    kFull,    // the log's bound is reached: nothing was taken; `on_room` is called once when there is room
    kClosed,  // the server stops: nothing was taken
  };
  // Takes `append` only when the answer is kTaken.
  Offer TryPut(PendingAppend& append, std::function<void()> on_room) TSA_EXCLUDES(mutex_);
  // For those who do not wait for room: takes it, or ends it at once with BUSY or SHUTTING_DOWN.
  void Put(PendingAppend append) TSA_EXCLUDES(mutex_);

  // Runs `task` on the committer's thread after everything put before it. False when closed.
  bool PutTask(absl::AnyInvocable<void()> task) TSA_EXCLUDES(mutex_);

  // Waits for something to do, at most `longest`: then the group is empty. Nullopt when closed and empty.
  std::optional<AppendGroup> Take(std::chrono::microseconds longest) TSA_EXCLUDES(mutex_);

  // Takes nothing more; what is in it is still given out.
  void Close() TSA_EXCLUDES(mutex_);

  // What waits now.
  struct Depth {
    size_t appends = 0;  // changes of the catalog among them
    size_t records = 0;
    size_t bytes = 0;
  };
  Depth depth() const TSA_EXCLUDES(mutex_);
  // How often nothing was taken because a bound was reached.
  const Counter& times_full() const { return times_full_; }

 private:
  struct Item {
    PendingAppend append;
    absl::AnyInvocable<void()> task;  // instead of an append
    int64_t since_us = 0;             // of an append
  };
  void TakeAppends(AppendGroup& group, std::vector<std::function<void()>>& room) TSA_REQUIRES(mutex_);

  // What waiting costs, with the request and all around it.
  static size_t CostOf(const PendingAppend& append) { return append.request.encoded.size() + 512; }

  const Options options_;
  Clock& clock_;
  Counter times_full_;
  mutable Mutex mutex_;
  CondVar ready_;
  std::deque<Item> items_ TSA_GUARDED_BY(mutex_);
  size_t bytes_ TSA_GUARDED_BY(mutex_) = 0;
  size_t records_ TSA_GUARDED_BY(mutex_) = 0;
  absl::flat_hash_map<LogNumber, size_t> log_bytes_ TSA_GUARDED_BY(mutex_);
  absl::flat_hash_map<LogNumber, std::vector<std::function<void()>>> waiting_ TSA_GUARDED_BY(mutex_);
  bool closed_ TSA_GUARDED_BY(mutex_) = false;
};

}  // namespace replog
