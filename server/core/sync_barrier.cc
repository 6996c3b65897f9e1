#include "server/core/sync_barrier.h"

#include <algorithm>

#include "absl/strings/str_cat.h"
#include "base/error.h"
#include "base/utf8.h"
#include "storage/model/channel_filter.h"

namespace replog {
namespace {

NodeSync ToSync(const NodeStatus& node, Sequence target, Sequence end) {
  NodeSync sync{.node = node.record.node, .applied = node.applied};
  sync.connected = node.state != NodeStatus::State::kGone;
  sync.synced = node.applied && *node.applied > target;
  sync.lag = end - std::min(end, node.applied.value_or(0));
  return sync;
}

absl::Status NobodyToWaitFor(const SyncBarriers::Request& request) {
  std::string whose = absl::StrCat("log \"", request.log->name(), "\" has no node");
  if (!request.fleet.empty()) whose = absl::StrCat("fleet \"", Excerpt(request.fleet), "\" has no node");
  if (request.channel) absl::StrAppend(&whose, " that follows channel \"", Excerpt(*request.channel), "\"");
  if (!request.origin.empty()) absl::StrAppend(&whose, " but the origin \"", Excerpt(request.origin), "\"");
  Metadata metadata;
  if (!request.fleet.empty()) metadata.emplace_back("fleet", request.fleet);
  if (!request.origin.empty()) metadata.emplace_back("origin", request.origin);
  return MakeError(Reason::kNoExpectedNodes,
                   absl::StrCat(whose, " to wait for: nothing can be said to be in sync"), metadata);
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
  const int64_t now_us = clock_.MonotonicMicros();
  Barrier barrier{{request.log, request.target, Expected(request)}, {}, now_us, 0, std::move(done)};
  barrier.deadline_us = now_us + request.timeout_us;
  const int64_t deadline_us = barrier.deadline_us;
  const auto id = barrier.question.expected.empty() ? NobodyToWaitFor(request) : Add(barrier);
  if (!id.ok()) {
    barrier.done(id.status());
    return 0;
  }
  EndIfSynced(*id);
  timers_.Schedule(deadline_us, weak_from_this());
  return *id;
}

void SyncBarriers::EndIfSynced(Id id) {
  // Again when the last of them said so while this looked.
  while (const auto question = BeginLook(id)) {
    const auto behind = EndLook(id, LookAt(*question));
    for (const std::string& node : behind) Ask(*question->log, node, {question->target});
    if (!behind.empty()) return;
  }
}

std::optional<SyncBarriers::Question> SyncBarriers::BeginLook(Id id) {
  MutexLock lock(mutex_);
  const auto found = barriers_.find(id);
  if (found == barriers_.end()) return {};
  Barrier& barrier = found->second;
  // Before it looks: an acknowledgement that comes meanwhile is then not missed.
  barrier.behind.insert(barrier.question.expected.begin(), barrier.question.expected.end());
  return barrier.question;
}

std::set<std::string> SyncBarriers::EndLook(Id id, SyncAnswer answer) {
  std::vector<Barrier> ended;
  {
    MutexLock lock(mutex_);
    const auto found = barriers_.find(id);
    if (found == barriers_.end()) return {};
    for (const NodeSync& node : answer.nodes) {
      if (node.synced) found->second.behind.erase(node.node);
    }
    if (!std::ranges::all_of(answer.nodes, &NodeSync::synced)) return found->second.behind;
    ended = Take([&](Id candidate, const Barrier&) { return candidate == id; });
  }
  Answer(ended.front(), std::move(answer));
  return {};
}

absl::StatusOr<SyncBarriers::Id> SyncBarriers::Add(Barrier& barrier) {
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

void SyncBarriers::OnApplied(const Log& log, const std::string& node, Sequence applied) {
  std::vector<Id> complete;
  {
    MutexLock lock(mutex_);
    for (auto& [id, barrier] : barriers_) {
      if (barrier.question.log->number() != log.number() || applied <= barrier.question.target) continue;
      if (barrier.behind.erase(node) > 0 && barrier.behind.empty()) complete.push_back(id);
    }
  }
  // Each has said so, but one may have moved back since, or another process have its name.
  for (const Id id : complete) EndIfSynced(id);
}

void SyncBarriers::OnConnected(const Log& log, const std::string& node) {
  std::set<Sequence> targets;
  {
    MutexLock lock(mutex_);
    for (const auto& [id, barrier] : barriers_) {
      if (barrier.question.log->number() == log.number() && barrier.behind.contains(node))
        targets.insert(barrier.question.target);
    }
  }
  Ask(log, node, targets);
}

void SyncBarriers::Ask(const Log& log, const std::string& node, const std::set<Sequence>& targets) {
  const auto stream = targets.empty() ? nullptr : nodes_.StreamOf(log, node);
  if (stream == nullptr) return;
  for (const Sequence target : targets) stream->AskToAcknowledge(target);
}

SyncAnswer SyncBarriers::LookAt(const Question& question) {
  SyncAnswer answer{.target = question.target};
  const Sequence end = question.log->tail().committed_end();
  for (const NodeStatus& node : nodes_.Choose(*question.log, question.expected, ""))
    answer.nodes.push_back(ToSync(node, question.target, end));
  return answer;
}

int64_t SyncBarriers::OnTime(int64_t now_us) {
  std::vector<Barrier> ended;
  {
    MutexLock lock(mutex_);
    ended = Take([&](Id, const Barrier& barrier) { return barrier.deadline_us <= now_us; });
  }
  for (Barrier& barrier : ended) {
    SyncAnswer answer = LookAt(barrier.question);
    answer.outcome = JudgeAtDeadline(answer.nodes);
    Answer(barrier, std::move(answer));
  }
  return 0;
}

void SyncBarriers::Answer(Barrier& barrier, SyncAnswer answer) {
  const int64_t took_us = clock_.MonotonicMicros() - barrier.begin_us;
  counters_.ended_us[static_cast<size_t>(answer.outcome)].Add(static_cast<uint64_t>(took_us));
  barrier.done(std::move(answer));
}

void SyncBarriers::EndAll(std::vector<Barrier> ended, const absl::Status& status) {
  counters_.broken_off.Add(ended.size());
  for (Barrier& barrier : ended) barrier.done(status);
}

size_t SyncBarriers::waiting() const {
  MutexLock lock(mutex_);
  return barriers_.size();
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
    ended = Take([&](Id, const Barrier& barrier) { return barrier.question.log->number() == log.number(); });
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
