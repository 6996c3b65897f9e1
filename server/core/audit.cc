#include "server/core/audit.h"

#include <algorithm>
#include <set>

#include "absl/strings/str_cat.h"
#include "base/error.h"
#include "base/utf8.h"

namespace replog {
namespace {

bool Connected(const NodeStatus& node) { return node.state != NodeStatus::State::kGone; }

}  // namespace

std::vector<std::string> DivergedChannels(const ChannelDigests& log, const ChannelDigests& node,
                                          const ChannelFilter& filter) {
  std::set<std::string> channels;
  for (const auto& [channel, digest] : log) channels.insert(channel);
  for (const auto& [channel, digest] : node) channels.insert(channel);
  std::vector<std::string> diverged;
  const auto of = [](const ChannelDigests& digests, const std::string& channel) {
    const auto found = digests.find(channel);
    return found == digests.end() ? wire::TableDigest() : found->second;
  };
  for (const std::string& channel : channels) {
    if (filter.Matches(channel) && of(log, channel) != of(node, channel)) diverged.push_back(channel);
  }
  return diverged;
}

void Audits::Run(const Request& request, Done done) {
  auto expected = nodes_.Choose(*request.log, request.nodes, request.fleet);
  if (auto status = Begin(request, std::move(expected), done); !status.ok()) return done(status);
  const auto snapshot = SetCheckpoint(request.log);
  if (!snapshot.ok()) return EndWith(*request.log, snapshot.status());
  auto digests = DigestChannels([&](const TableScan& scan) { return (*snapshot)->Read(scan); });
  if (!digests.ok()) return EndWith(*request.log, digests.status());
  std::optional<Audit> complete;
  {
    MutexLock lock(mutex_);
    const auto audit = audits_.find(request.log->number());
    if (audit == audits_.end()) return;
    audit->second.digests = *std::move(digests);
    complete = TakeIfComplete(request.log->number(), audit->second.deadline_us <= clock_.MonotonicMicros());
    if (!complete) timers_.Schedule(audit->second.deadline_us, weak_from_this());
  }
  if (complete) Answer(*std::move(complete));
}

absl::Status Audits::Begin(const Request& request, std::vector<NodeStatus> expected, Done& done) {
  if (expected.empty()) {
    const std::string whose = request.fleet.empty() ? absl::StrCat("log \"", request.log->name(), "\"")
                                                    : absl::StrCat("fleet \"", Excerpt(request.fleet), "\"");
    return MakeError(Reason::kNoExpectedNodes,
                     absl::StrCat(whose, " has no node to ask: nothing can be said to be the same"),
                     request.fleet.empty() ? Metadata() : Metadata{{"fleet", request.fleet}});
  }
  MutexLock lock(mutex_);
  if (closed_) return MakeError(Reason::kShuttingDown, "the server is stopping");
  if (audits_.contains(request.log->number())) {
    return MakeError(Reason::kBusy,
                     absl::StrCat("log \"", request.log->name(), "\" is being audited already"));
  }
  Audit& audit = audits_[request.log->number()];
  audit.log = request.log;
  audit.expected = std::move(expected);
  audit.deadline_us = clock_.MonotonicMicros() + request.timeout_us;
  audit.done = std::move(done);
  return absl::OkStatus();
}

absl::StatusOr<std::unique_ptr<TableSnapshot>> Audits::SetCheckpoint(const LogPtr& log) {
  absl::StatusOr<std::unique_ptr<TableSnapshot>> snapshot;
  const auto set = committer_.Run([&]() -> absl::Status {
    snapshot = store_.SnapshotTable(log->number());
    if (!snapshot.ok()) return snapshot.status();
    const Sequence checkpoint = log->tail().committed_end();
    std::vector<std::string> names;
    {
      MutexLock lock(mutex_);
      const auto audit = audits_.find(log->number());
      if (audit == audits_.end()) return absl::OkStatus();
      audit->second.checkpoint = checkpoint;
      for (const NodeStatus& node : audit->second.expected) names.push_back(node.record.node);
    }
    for (const std::string& name : names) {
      if (const auto stream = nodes_.StreamOf(*log, name); stream != nullptr) stream->EndFrameAt(checkpoint);
    }
    return absl::OkStatus();
  });
  if (!set.ok()) return set;
  return snapshot;
}

void Audits::OnDigests(const Log& log, const std::string& node, Sequence checkpoint, ChannelDigests digests) {
  std::optional<Audit> complete;
  {
    MutexLock lock(mutex_);
    const auto audit = audits_.find(log.number());
    if (audit == audits_.end() || audit->second.checkpoint != checkpoint) return;
    const auto asked = [&](const NodeStatus& expected) { return expected.record.node == node; };
    if (std::ranges::none_of(audit->second.expected, asked)) return;
    audit->second.answers[node] = std::move(digests);
    complete = TakeIfComplete(log.number(), false);
  }
  if (complete) Answer(*std::move(complete));
}

std::optional<Audits::Audit> Audits::TakeIfComplete(LogNumber log, bool late) {
  const auto found = audits_.find(log);
  Audit& audit = found->second;
  if (!audit.digests) return {};
  const auto answered = [&](const NodeStatus& node) {
    return !Connected(node) || audit.answers.contains(node.record.node);
  };
  if (!late && !std::ranges::all_of(audit.expected, answered)) return {};
  Audit taken = std::move(audit);
  audits_.erase(found);
  return taken;
}

void Audits::Answer(Audit audit) {
  AuditReport report{.checkpoint = audit.checkpoint.value_or(0), .digests = *std::move(audit.digests)};
  for (const NodeStatus& node : audit.expected) {
    NodeAudit& found = report.nodes.emplace_back();
    found.node = node.record.node;
    found.connected = Connected(node);
    const auto answer = audit.answers.find(found.node);
    if (answer == audit.answers.end()) continue;
    found.diverged = DivergedChannels(report.digests, answer->second, ChannelFilter(node.record.channels));
    found.outcome = found.diverged.empty() ? NodeAudit::Outcome::kSame : NodeAudit::Outcome::kDiverged;
  }
  for (const NodeAudit& node : report.nodes) counters_.nodes[static_cast<size_t>(node.outcome)].Add();
  audit.done(std::move(report));
}

void Audits::EndWith(const Log& log, const absl::Status& status) {
  Done done;
  {
    MutexLock lock(mutex_);
    const auto audit = audits_.find(log.number());
    if (audit == audits_.end()) return;
    done = std::move(audit->second.done);
    audits_.erase(audit);
  }
  counters_.failed.Add();
  done(status);
}

int64_t Audits::OnTime(int64_t now_us) {
  std::vector<Audit> ended;
  {
    MutexLock lock(mutex_);
    std::vector<LogNumber> late;
    for (const auto& [log, audit] : audits_) {
      if (audit.deadline_us <= now_us) late.push_back(log);
    }
    for (const LogNumber log : late) {
      if (auto taken = TakeIfComplete(log, true)) ended.push_back(*std::move(taken));
    }
  }
  for (Audit& audit : ended) Answer(std::move(audit));
  return 0;
}

void Audits::Close() {
  std::map<LogNumber, Audit> audits;
  {
    MutexLock lock(mutex_);
    closed_ = true;
    audits = std::exchange(audits_, {});
  }
  for (auto& [log, audit] : audits) audit.done(MakeError(Reason::kShuttingDown, "the server is stopping"));
}

}  // namespace replog
