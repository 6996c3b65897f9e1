#pragma once

#include <array>
#include <cstdint>
#include <map>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "absl/functional/any_invocable.h"
#include "absl/status/statusor.h"
#include "base/clock.h"
#include "base/counter.h"
#include "base/mutex.h"
#include "server/core/committer.h"
#include "server/core/node_registry.h"
#include "server/core/table_digests.h"
#include "server/core/timer_queue.h"

namespace replog {

struct NodeAudit {
  enum class Outcome : uint8_t {
    kSame,      // the node holds what the log's table holds, of the channels that it gets
    kDiverged,  // not so, in `diverged`
    kNoAnswer,  // not connected, or no answer in time
  };
  std::string node;
  Outcome outcome = Outcome::kNoAnswer;
  bool connected = false;
  std::vector<std::string> diverged;  // channels, by name
};

// What audits found since the server started.
struct AuditCounters {
  std::array<Counter, 3> nodes;  // by NodeAudit::Outcome
  Counter failed;                // without a report
};

struct AuditReport {
  Sequence checkpoint = 0;
  ChannelDigests digests;  // of the log's table there
  std::vector<NodeAudit> nodes;
};

// The channels, of those that `filter` selects, in which two tables differ.
std::vector<std::string> DivergedChannels(const ChannelDigests& log, const ChannelDigests& node,
                                          const ChannelFilter& filter);

// Audits: comparisons of what nodes hold with the log's table at a checkpoint, which is the committed end of
// the moment: between two commits a snapshot of the table is taken and the nodes' streams are told to end a
// frame there, so no node has been sent more. Thread-safe.
class Audits final : public Timed, public std::enable_shared_from_this<Audits> {
 public:
  // Everything must outlive it.
  Audits(NodeRegistry& nodes, LogStore& store, Committer& committer, TimerQueue& timers, Clock& clock)
      : nodes_(nodes), store_(store), committer_(committer), timers_(timers), clock_(clock) {}

  struct Request {
    LogPtr log;
    std::vector<std::string> nodes;  // none: those of the fleet; without a fleet: all
    std::string fleet;
    int64_t timeout_us = 0;
  };
  using Done = absl::AnyInvocable<void(absl::StatusOr<AuditReport>)>;
  // Reads the log's whole table, and so blocks for as long as that takes; then `done` is called once, from
  // any thread: when all connected nodes have answered, or when the time is up. NO_EXPECTED_NODES; BUSY while
  // the log is audited already.
  void Run(const Request& request, Done done) TSA_EXCLUDES(mutex_);

  // A node's answer at a checkpoint. Without effect when nobody waits for it.
  void OnDigests(const Log& log, const std::string& node, Sequence checkpoint, ChannelDigests digests)
      TSA_EXCLUDES(mutex_);
  // Ends every audit with SHUTTING_DOWN, and lets no more begin.
  void Close() TSA_EXCLUDES(mutex_);
  const AuditCounters& counters() const { return counters_; }
  int64_t OnTime(int64_t now_us) override TSA_EXCLUDES(mutex_);

 private:
  struct Audit {
    LogPtr log;
    std::vector<NodeStatus> expected;
    std::optional<Sequence> checkpoint;             // once it is set
    std::map<std::string, ChannelDigests> answers;  // by node
    std::optional<ChannelDigests> digests;          // once the table was read
    int64_t deadline_us = 0;
    Done done;
  };
  absl::Status Begin(const Request& request, std::vector<NodeStatus> expected, Done& done)
      TSA_EXCLUDES(mutex_);
  // Takes the snapshot and tells the streams, on the committer's thread.
  absl::StatusOr<std::unique_ptr<TableSnapshot>> SetCheckpoint(const LogPtr& log) TSA_EXCLUDES(mutex_);
  void EndWith(const Log& log, const absl::Status& status) TSA_EXCLUDES(mutex_);
  // Takes the audit out when nothing is missing, or it is late.
  std::optional<Audit> TakeIfComplete(LogNumber log, bool late) TSA_REQUIRES(mutex_);
  void Answer(Audit audit);

  NodeRegistry& nodes_;
  LogStore& store_;
  Committer& committer_;
  TimerQueue& timers_;
  Clock& clock_;
  AuditCounters counters_;

  Mutex mutex_;
  std::map<LogNumber, Audit> audits_ TSA_GUARDED_BY(mutex_);
  bool closed_ TSA_GUARDED_BY(mutex_) = false;
};

}  // namespace replog
