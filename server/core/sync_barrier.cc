#include "server/core/sync_barrier.h"

#include <algorithm>

#include "absl/strings/str_cat.h"
#include "base/error.h"
#include "storage/model/channel_filter.h"

namespace replog {
namespace {

bool HasApplied(const NodeRecord& node, Sequence target) {
  return node.cursor && node.cursor->next_sequence > target;
}

NodeSync LookAt(const std::string& name, const NodeStatus* node, Sequence target, Sequence end) {
  NodeSync sync{.node = name, .lag = end};
  if (node == nullptr) return sync;
  sync.connected = node->state != NodeStatus::State::kGone;
  sync.synced = HasApplied(node->record, target);
  if (!node->record.cursor) return sync;
  sync.applied = node->record.cursor->next_sequence;
  sync.lag = end - std::min(end, *sync.applied);
  return sync;
}

}  // namespace

SyncOutcome JudgeAtDeadline(const std::vector<NodeSync>& nodes) {
  const auto synced = static_cast<size_t>(std::ranges::count_if(nodes, &NodeSync::synced));
  if (synced == nodes.size()) return SyncOutcome::kSynced;
  const auto behind = [](const NodeSync& node) { return node.connected && !node.synced; };
  if (std::ranges::any_of(nodes, behind)) return SyncOutcome::kTimeout;
  return 2 * synced > nodes.size() ? SyncOutcome::kPartiallySynced : SyncOutcome::kNotSynced;
}

std::vector<std::string> SyncBarriers::Expected(const Request& request) {
  std::vector<std::string> expected;
  for (const NodeStatus& node : nodes_.Choose(*request.log, request.nodes, request.fleet)) {
    const bool wants = !request.channel || ChannelFilter(node.record.channels).Matches(*request.channel);
    if (wants && node.record.node != request.origin) expected.push_back(node.record.node);
  }
  return expected;
}

SyncBarriers::Id SyncBarriers::Await(const Request& request, Done done) {
  Barrier barrier{request.log, request.target, Expected(request), {}, 0, std::move(done)};
  barrier.behind.insert(barrier.expected.begin(), barrier.expected.end());
  barrier.deadline_us = clock_.MonotonicMicros() + request.timeout_us;
  const std::vector<std::string> expected = barrier.expected;
  const int64_t deadline_us = barrier.deadline_us;
  const auto id = Add(barrier);
  if (!id.ok()) {
    barrier.done(id.status());
    return 0;
  }
  // Only now that it is among the barriers: an acknowledgement that comes while this looks is then not
  // missed.
  for (const NodeStatus& node : nodes_.List(*request.log, "")) OnCursor(*request.log, node.record);
  for (const std::string& node : expected) OnConnected(*request.log, node);
  timers_.Schedule(deadline_us, weak_from_this());
  return *id;
}

absl::StatusOr<SyncBarriers::Id> SyncBarriers::Add(Barrier& barrier) {
  if (barrier.expected.empty()) {
    return MakeError(Reason::kNoExpectedNodes,
                     "there is no node to wait for: nothing can be said to be in sync");
  }
  MutexLock lock(mutex_);
  if (closed_) return MakeError(Reason::kShuttingDown, "the server is stopping");
  if (barriers_.size() >= max_barriers_) {
    return MakeError(Reason::kBusy, absl::StrCat(max_barriers_, " calls wait for nodes, which is the limit"));
  }
  const Id id = next_id_++;
  barriers_.emplace(id, std::move(barrier));
  return id;
}

template <typename Wanted>
std::vector<SyncBarriers::Barrier> SyncBarriers::Take(const Wanted& wanted) {
  std::vector<Barrier> taken;
  for (auto at = barriers_.begin(); at != barriers_.end();) {
    const auto next = std::next(at);
    if (wanted(at->first, at->second)) {
      taken.push_back(std::move(at->second));
      barriers_.erase(at);
    }
    at = next;
  }
  return taken;
}

void SyncBarriers::OnCursor(const Log& log, const NodeRecord& node) {
  std::vector<Barrier> ended;
  {
    MutexLock lock(mutex_);
    ended = Take([&](Id, Barrier& barrier) {
      if (barrier.log->number() != log.number() || !HasApplied(node, barrier.target)) return false;
      return barrier.behind.erase(node.node) > 0 && barrier.behind.empty();
    });
  }
  for (Barrier& barrier : ended) Answer(barrier, false);
}

void SyncBarriers::OnConnected(const Log& log, const std::string& node) {
  std::set<Sequence> targets;
  {
    MutexLock lock(mutex_);
    for (const auto& [id, barrier] : barriers_) {
      if (barrier.log->number() == log.number() && barrier.behind.contains(node))
        targets.insert(barrier.target);
    }
  }
  const auto stream = targets.empty() ? nullptr : nodes_.StreamOf(log, node);
  if (stream == nullptr) return;
  for (const Sequence target : targets) stream->AskToAcknowledge(target);
}

void SyncBarriers::Answer(Barrier& barrier, bool at_deadline) {
  std::map<std::string, NodeStatus> known;
  for (NodeStatus& node : nodes_.List(*barrier.log, "")) known.emplace(node.record.node, std::move(node));
  SyncAnswer answer{.target = barrier.target};
  for (const std::string& name : barrier.expected) {
    const auto node = known.find(name);
    answer.nodes.push_back(LookAt(name, node == known.end() ? nullptr : &node->second, barrier.target,
                                  barrier.log->tail().committed_end()));
  }
  answer.outcome = at_deadline ? JudgeAtDeadline(answer.nodes) : SyncOutcome::kSynced;
  barrier.done(std::move(answer));
}

int64_t SyncBarriers::OnTime(int64_t now_us) {
  std::vector<Barrier> ended;
  {
    MutexLock lock(mutex_);
    ended = Take([&](Id, const Barrier& barrier) { return barrier.deadline_us <= now_us; });
  }
  for (Barrier& barrier : ended) Answer(barrier, true);
  return 0;
}

void SyncBarriers::EndAll(std::vector<Barrier> ended, const absl::Status& status) {
  for (Barrier& barrier : ended) barrier.done(status);
}

void SyncBarriers::Cancel(Id id) {
  std::vector<Barrier> ended;
  {
    MutexLock lock(mutex_);
    ended = Take([&](Id candidate, const Barrier&) { return candidate == id; });
  }
  EndAll(std::move(ended), MakeError(Reason::kCancelled, "the client is gone"));
}

void SyncBarriers::OnLogDeleted(const Log& log) {
  std::vector<Barrier> ended;
  {
    MutexLock lock(mutex_);
    ended = Take([&](Id, const Barrier& barrier) { return barrier.log->number() == log.number(); });
  }
  EndAll(std::move(ended), MakeError(Reason::kLogNotFound, "the log was deleted"));
}

void SyncBarriers::Close() {
  std::vector<Barrier> ended;
  {
    MutexLock lock(mutex_);
    closed_ = true;
    ended = Take([](Id, const Barrier&) { return true; });
  }
  EndAll(std::move(ended), MakeError(Reason::kShuttingDown, "the server is stopping"));
}

}  // namespace replog
