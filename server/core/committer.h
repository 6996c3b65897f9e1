#pragma once

#include <atomic>
#include <functional>
#include <memory>
#include <thread>
#include <vector>

#include "base/clock.h"
#include "base/mutex.h"
#include "server/core/append_queue.h"
#include "server/core/commit_counters.h"
#include "server/core/executor.h"
#include "server/core/expiry_schedule.h"
#include "server/core/fence_judge.h"
#include "server/core/group_report.h"
#include "server/core/log_registry.h"
#include "server/core/producer_cache.h"

namespace replog {

class Admission;
class ChunkBuilder;
struct Admitted;

// The one writer of a store. Takes what all logs have ready, gives out sequences and times, encodes each
// record once, writes one batch and syncs once; then publishes: tail, then wake-ups, then answers. So whoever
// sees an answer finds the record in the tail.
//
// After a failed write every append that was under way has an unknown fate and is answered so; what waits
// behind it is refused until the store was recovered, which is tried again and again.
class Committer {
 public:
  struct Options {
    AppendQueue::Options queue;
    // Appends stop while the file system has less than this free.
    uint64_t reserve_bytes = 256 << 20;
    int64_t recovery_pause_us = 500'000;
    // Told of every group once it is answered, on the committer's thread: it must be quick.
    std::function<void(const GroupReport&)> on_group = {};
  };

  // Everything must outlive the committer. `wakeups` runs readers when there are many of them; `expiries` is
  // told of records that expire.
  Committer(const Options& options, LogStore& store, LogRegistry& logs, ExpirySchedule& expiries,
            Clock& clock, Executor& wakeups);
  // Stops if Stop was not called.
  ~Committer();

  AppendQueue& queue() { return queue_; }
  const CommitCounters& counters() const { return counters_; }

  // Runs `change` on the committer's thread, between groups, and waits for it. For changes of the catalog.
  // SHUTTING_DOWN when it is too late.
  absl::Status Run(const std::function<absl::Status()>& change);

  // `call` is called whenever the store was recovered, on the committer's thread: what became of the writes
  // that failed before can be read then.
  void OnRecovered(std::function<void()> call) TSA_EXCLUDES(hook_mutex_);

  // Commits and answers what is queued, takes nothing more, ends.
  void Stop();

  // Whether the last free-space check stopped appends.
  bool disk_full() const { return disk_full_; }
  // Whether the store is being recovered after a failed write.
  bool recovering() const { return recovering_; }

 private:
  // One log's share of a group.
  struct Share;
  struct Group;
  struct Placed;

  void Loop();
  void Commit(AppendGroup taken);
  Group Encode(std::vector<PendingAppend>& appends);
  // No lease was granted under a token from this on.
  FencingToken NextGrant() const;
  size_t ShareOf(const LogPtr& log, int64_t now_us, Group& group);
  // Adds what of an append is to be written to its log's share.
  Placed Place(const PendingAppend& append, size_t share, Admission& admission, Group& group);
  static uint32_t Write(const AppendRequest& request, const Admitted& admitted, ChunkBuilder& builder);
  absl::Status WriteGroup(const Group& group);
  void Publish(Group& group, std::vector<PendingAppend>& appends);
  void Count(const Group& group);
  static Appended AnswerOf(const Group& group, Placed& placed);
  // The write failed: what became of the appends is not known.
  void FailGroup(std::vector<PendingAppend>& appends, const absl::Status& why);
  void RefuseAll(std::vector<PendingAppend>& appends, const absl::Status& why);
  void RefuseDeleted(std::vector<PendingAppend>& appends);
  bool EnoughSpace();
  void RecoverStore();

  const Options options_;
  LogStore& store_;
  LogRegistry& logs_;
  ExpirySchedule& expiries_;
  Clock& clock_;
  Executor& wakeups_;
  AppendQueue queue_;
  CommitCounters counters_;
  std::atomic<bool> disk_full_{false};
  std::atomic<bool> recovering_{false};
  ProducerCache producers_;       // the thread's own
  FenceCache fences_;             // the thread's own
  int64_t next_recovery_us_ = 0;  // the thread's own
  Mutex hook_mutex_;
  std::function<void()> on_recovered_ TSA_GUARDED_BY(hook_mutex_);
  std::thread thread_;
};

// Calls everyone in `waiters`: at once when they are few, else spread over `executor`.
void Wake(TailWaiters waiters, Executor& executor);

}  // namespace replog
