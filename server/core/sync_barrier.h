#pragma once

#include <array>
#include <cstdint>
#include <map>
#include <memory>
#include <optional>
#include <set>
#include <string>
#include <vector>

#include "absl/functional/any_invocable.h"
#include "absl/status/statusor.h"
#include "base/clock.h"
#include "base/histogram.h"
#include "base/mutex.h"
#include "server/core/node_registry.h"
#include "server/core/timer_queue.h"

namespace replog {

enum class SyncOutcome : uint8_t {
  kSynced,           // every expected node has applied the target
  kPartiallySynced,  // more than half have, and those that have not are missing or gone
  kNotSynced,        // no more than half have, and those that have not are missing or gone
  kTimeout,          // a connected node is behind
};

// An expected node, when the barrier ended.
struct NodeSync {
  std::string node;
  bool synced = false;  // has applied the target
  bool connected = false;
  std::optional<Sequence> applied;  // see NodeStatus
  uint64_t lag = 0;                 // records behind the log's committed end
};

// How barriers ended since the server started, and how long they took.
struct SyncCounters {
  std::array<Histogram, 4> ended_us{Histogram(kCallBoundsUs), Histogram(kCallBoundsUs),
                                    Histogram(kCallBoundsUs), Histogram(kCallBoundsUs)};  // by SyncOutcome
  Counter broken_off;  // the client left, the log was deleted, the server stopped
};

struct SyncAnswer {
  SyncOutcome outcome = SyncOutcome::kSynced;
  std::vector<NodeSync> nodes;
  Sequence target = 0;
};

// What `nodes`, which is not empty, come to when the time is up.
SyncOutcome JudgeAtDeadline(const std::vector<NodeSync>& nodes);

// Sync barriers: waits until nodes have applied a record. The nodes are asked to acknowledge at once, and a
// barrier ends with the acknowledgement of the last; nothing is polled. Thread-safe.
class SyncBarriers final : public NodeListener,
                           public Timed,
                           public std::enable_shared_from_this<SyncBarriers> {
 public:
  static constexpr size_t kDefaultMaxBarriers = 1'000;

  // Everything must outlive it.
  SyncBarriers(NodeRegistry& nodes, TimerQueue& timers, Clock& clock,
               size_t max_barriers = kDefaultMaxBarriers)
      : nodes_(nodes), timers_(timers), clock_(clock), max_barriers_(max_barriers) {}

  struct Request {
    LogPtr log;
    Sequence target = 0;
    std::optional<std::string> channel;  // nodes whose filter leaves it out are not asked
    std::vector<std::string> nodes;      // none: those of the fleet; without a fleet: all
    std::string fleet;
    std::string origin;  // is not asked
    int64_t timeout_us = 0;
  };
  using Done = absl::AnyInvocable<void(absl::StatusOr<SyncAnswer>)>;
  using Id = uint64_t;
  // Calls `done` exactly once, from any thread, possibly before it returns: when every node has applied the
  // target, or at the deadline. A node that joins the fleet meanwhile is not asked. NO_EXPECTED_NODES; BUSY
  // when too many wait.
  Id Await(const Request& request, Done done) TSA_EXCLUDES(mutex_);
  // Ends it with CANCELLED, if it has not ended.
  void Cancel(Id id) TSA_EXCLUDES(mutex_);
  // Ends every barrier with SHUTTING_DOWN, and lets no more begin.
  void Close() TSA_EXCLUDES(mutex_);
  void OnLogDeleted(const Log& log) TSA_EXCLUDES(mutex_);
  // That wait now.
  size_t waiting() const TSA_EXCLUDES(mutex_);
  const SyncCounters& counters() const { return counters_; }

  void OnApplied(const Log& log, const std::string& node, Sequence applied) override TSA_EXCLUDES(mutex_);
  void OnConnected(const Log& log, const std::string& node) override TSA_EXCLUDES(mutex_);
  int64_t OnTime(int64_t now_us) override TSA_EXCLUDES(mutex_);

 private:
  struct Question {
    LogPtr log;
    Sequence target = 0;
    std::vector<std::string> expected;
  };
  struct Barrier {
    Question question;
    std::set<std::string> behind;  // of the expected, those that did not say yet that they have the target
    int64_t begin_us = 0;
    int64_t deadline_us = 0;
    Done done;
  };
  std::vector<std::string> Expected(const Request& request);
  absl::StatusOr<Id> Add(Barrier& barrier) TSA_EXCLUDES(mutex_);
  // Ends it if all of its nodes have the target by now; else all that have not are behind, and asked.
  void EndIfSynced(Id id) TSA_EXCLUDES(mutex_);
  // All are behind until the look is over. Nullopt when the barrier has ended.
  std::optional<Question> BeginLook(Id id) TSA_EXCLUDES(mutex_);
  // Ends the barrier with the answer, if it says so; else those who are behind.
  std::set<std::string> EndLook(Id id, SyncAnswer answer) TSA_EXCLUDES(mutex_);
  void Ask(const Log& log, const std::string& node, const std::set<Sequence>& targets);
  // The nodes that are waited for, as they are.
  SyncAnswer LookAt(const Question& question);
  // Takes out the barriers for which `wanted` is true.
  template <typename Wanted>
  std::vector<Barrier> Take(const Wanted& wanted) TSA_REQUIRES(mutex_);
  void Answer(Barrier& barrier, SyncAnswer answer);
  void EndAll(std::vector<Barrier> ended, const absl::Status& status);

  NodeRegistry& nodes_;
  TimerQueue& timers_;
  Clock& clock_;
  const size_t max_barriers_;
  SyncCounters counters_;

  mutable Mutex mutex_;
  std::map<Id, Barrier> barriers_ TSA_GUARDED_BY(mutex_);
  Id next_id_ TSA_GUARDED_BY(mutex_) = 1;
  bool closed_ TSA_GUARDED_BY(mutex_) = false;
};

}  // namespace replog
