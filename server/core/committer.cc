#include "server/core/committer.h"

#include <algorithm>
#include <future>

#include "absl/strings/str_cat.h"
#include "base/error.h"
#include "server/core/admission.h"
#include "server/core/system_log.h"
#include "storage/model/chunk_builder.h"

namespace replog {
namespace {

// Starting a write costs about as much as waking a thread to do it; for a few the commit thread does it
// itself.
constexpr size_t kWakeInline = 2;
constexpr size_t kWakeShare = 32;

// Of a log that only recovery knows, until the tails are shared out anew.
constexpr size_t kRecoveredTailBytes = 1 << 20;

// Of records that are not written.
void CountOutcomes(const std::vector<RecordOutcome>& outcomes, LogCounters& counters) {
  for (const RecordOutcome& outcome : outcomes) {
    if (outcome.kind == RecordOutcome::Kind::kDuplicate) counters.duplicates.Add();
    if (outcome.kind == RecordOutcome::Kind::kStale) counters.stale.Add();
  }
}

}  // namespace

void Wake(TailWaiters waiters, Executor& executor) {
  if (waiters.size() <= kWakeInline) {
    for (const auto& waiter : waiters) waiter->OnTail();
    return;
  }
  for (size_t begin = 0; begin < waiters.size(); begin += kWakeShare) {
    const size_t end = std::min(begin + kWakeShare, waiters.size());
    TailWaiters share(std::make_move_iterator(waiters.begin() + static_cast<ptrdiff_t>(begin)),
                      std::make_move_iterator(waiters.begin() + static_cast<ptrdiff_t>(end)));
    executor.Post([share = std::move(share)] {
      for (const auto& waiter : share) waiter->OnTail();
    });
  }
}

struct Committer::Share {
  LogPtr log;
  ChunkBuilder builder;
  LogSettings settings;
  int64_t time_us;
  ExpiryBounds expires = {};  // what of it does
  uint64_t appends = 0;       // that were not rejected
};

// Where an append's records went.
struct Committer::Placed {
  size_t share;
  Sequence first;
  // A rejection is answered with the others: what it tells may have been written with them.
  absl::StatusOr<Admitted> admitted;
  uint32_t count;  // written
};

struct Committer::Group {
  std::vector<Share> shares;
  std::vector<LogCommit> commits;  // one for each share, in the same order
  std::vector<Placed> placed;      // one for each append
  Durability durability = Durability::kOs;
};

Committer::Committer(const Options& options, LogStore& store, LogRegistry& logs, ExpirySchedule& expiries,
                     Clock& clock, Executor& wakeups)
    : options_(options),
      store_(store),
      logs_(logs),
      expiries_(expiries),
      clock_(clock),
      wakeups_(wakeups),
      queue_(options.queue, clock),
      producers_(store),
      fences_(store) {
  thread_ = std::thread(&Committer::Loop, this);
}

Committer::~Committer() { Stop(); }

void Committer::Stop() {
  queue_.Close();
  if (thread_.joinable()) thread_.join();
}

absl::Status Committer::Run(const std::function<absl::Status()>& change) {
  std::promise<absl::Status> result;
  const bool taken = queue_.PutTask([&] {
    result.set_value(recovering_
                         ? MakeError(Reason::kRecovering, "the store is being recovered after a failed write")
                         : change());
  });
  if (!taken) return MakeError(Reason::kShuttingDown, "the server is stopping");
  return result.get_future().get();
}

void Committer::Loop() {
  // While the store is broken it is tried again also when nobody appends: readers need it too.
  constexpr std::chrono::hours kLong{1};
  const std::chrono::microseconds pause(options_.recovery_pause_us);
  while (auto group = queue_.Take(recovering_ ? pause : std::chrono::microseconds(kLong))) {
    if (recovering_) RecoverStore();
    if (group->task != nullptr) {
      group->task();
      if (store_.NeedsRecovery()) recovering_ = true;
    } else if (group->appends.empty()) {
      continue;
    } else if (recovering_) {
      RefuseAll(group->appends,
                MakeError(Reason::kRecovering,
                          "the store is being recovered after a failed write; nothing was written"));
    } else if (!EnoughSpace()) {
      RefuseAll(group->appends,
                MakeError(Reason::kDiskFull,
                          absl::StrCat("the disk has less than the reserve of ", options_.reserve_bytes,
                                       " bytes free; appends go on when there is space again"),
                          {{"reserve_bytes", std::to_string(options_.reserve_bytes)}}));
    } else {
      Commit(*std::move(group));
    }
  }
}

bool Committer::EnoughSpace() {
  disk_full_ = store_.FreeBytes() < options_.reserve_bytes;
  return !disk_full_;
}

void Committer::RefuseDeleted(std::vector<PendingAppend>& appends) {
  const auto deleted = std::stable_partition(
      appends.begin(), appends.end(), [](const PendingAppend& append) { return !append.log->deleted; });
  std::vector<PendingAppend> refused(std::make_move_iterator(deleted),
                                     std::make_move_iterator(appends.end()));
  appends.erase(deleted, appends.end());
  RefuseAll(refused, MakeError(Reason::kLogNotFound, "the log was deleted; nothing was written"));
}

void Committer::Commit(AppendGroup taken) {
  std::vector<PendingAppend>& appends = taken.appends;
  RefuseDeleted(appends);
  if (appends.empty()) return;
  GroupReport report{appends};
  GroupTimer timer(clock_, taken.oldest_us, appends.size());
  report.queue_us = timer.EndStage(counters_.queue_us);
  Group group = Encode(appends);
  report.encode_us = timer.EndStage(counters_.encode_us);
  report.status = WriteGroup(group);
  report.write_us = timer.EndStage(counters_.write_us);
  if (report.status.ok()) {
    Count(group);
    Publish(group, appends);
    report.publish_us = timer.EndStage(counters_.publish_us);
    timer.EndAll(counters_.total_us);
  } else {
    FailGroup(appends, report.status);
  }
  if (options_.on_group) options_.on_group(report);
}

void Committer::FailGroup(std::vector<PendingAppend>& appends, const absl::Status& why) {
  recovering_ = true;
  next_recovery_us_ = 0;
  counters_.failed_writes.Add();
  RefuseAll(appends, MakeError(Reason::kStoreFailed,
                               absl::StrCat("whether the records were written is unknown: ", why.message())));
  RecoverStore();
}

// Before the answers: whoever sees one finds the append counted.
void Committer::Count(const Group& group) {
  uint64_t records = 0;
  uint64_t bytes = 0;
  for (size_t i = 0; i < group.shares.size(); ++i) {
    const Share& share = group.shares[i];
    const uint64_t share_bytes = share.builder.bytes_before_next() - share.log->writer.bytes_before_end;
    const uint64_t share_records = share.builder.next() - share.log->writer.marks.committed().value;
    LogCounters& counters = share.log->counters;
    counters.appends.Add(share.appends);
    counters.records.Add(share_records);
    counters.bytes.Add(share_bytes);
    records += share_records;
    bytes += share_bytes;
  }
  for (const Placed& placed : group.placed) {
    if (placed.admitted.ok())
      CountOutcomes(placed.admitted->outcomes, group.shares[placed.share].log->counters);
  }
  counters_.group_appends.Add(group.placed.size());
  counters_.group_records.Add(records);
  counters_.group_bytes.Add(bytes);
}

absl::Status Committer::WriteGroup(const Group& group) {
  // Where all was rejected or stale, nothing is to be written.
  const bool nothing = std::all_of(group.commits.begin(), group.commits.end(),
                                   [](const LogCommit& commit) { return commit.chunks.empty(); });
  return nothing ? absl::OkStatus() : store_.Commit(group.commits, group.durability);
}

FencingToken Committer::NextGrant() const {
  const auto system = logs_.Find(kSystemLog);
  if (!system.ok()) return {UINT64_MAX, UINT64_MAX};  // leases are granted elsewhere
  // A holder has its token once the record that granted it is committed.
  return {(*system)->lineage(), (*system)->tail().committed_end()};
}

Committer::Group Committer::Encode(std::vector<PendingAppend>& appends) {
  Group group;
  const bool conditional = std::any_of(appends.begin(), appends.end(), [](const auto& append) {
    return append.request.conditions.has_value();
  });
  const int64_t now_us = clock_.WallMicros();
  const FencingToken next_grant = conditional ? NextGrant() : FencingToken();
  Admission admission(store_, producers_, fences_, next_grant, conditional, now_us);
  for (const PendingAppend& append : appends) {
    const size_t share = ShareOf(append.log, now_us, group);
    group.placed.push_back(Place(append, share, admission, group));
  }
  for (Share& share : group.shares) {
    const LogNumber number = share.log->number();
    group.commits.push_back(
        {number, share.builder.Finish(), admission.ProducerUpdates(number), admission.RaisedFences(number)});
    share.log->writer.marks.Advance(AssignedEnd{share.builder.next()});
    share.log->writer.marks.Advance(WrittenEnd{share.builder.next()});
    if (share.settings.durability == Durability::kSync) group.durability = Durability::kSync;
  }
  return group;
}

// The group's share of `log`, made when there is none.
size_t Committer::ShareOf(const LogPtr& log, int64_t now_us, Group& group) {
  const auto known = std::find_if(group.shares.begin(), group.shares.end(),
                                  [&](const Share& share) { return share.log == log; });
  if (known != group.shares.end()) return static_cast<size_t>(known - group.shares.begin());
  Log::Writer& writer = log->writer;
  // Time never goes backwards within a log.
  const int64_t time_us = std::max(now_us, writer.last_time_us);
  const ChunkBuilder::Start start{log->number(), log->epoch(), writer.marks.assigned().value,
                                  writer.bytes_before_end, time_us};
  group.shares.push_back({log, ChunkBuilder(start), log->descriptor().settings, time_us});
  return group.shares.size() - 1;
}

Committer::Placed Committer::Place(const PendingAppend& append, size_t share, Admission& admission,
                                   Group& group) {
  Share& to = group.shares[share];
  ChunkBuilder& builder = group.shares[share].builder;
  const AppendPoint at{*append.log, builder.next(), to.time_us, to.settings.dedupe_window_us};
  Placed placed{share, builder.next(), admission.Judge(at, append.request), 0};
  if (!placed.admitted.ok()) return placed;
  ++to.appends;
  placed.count = Write(append.request, *placed.admitted, builder);
  if (append.request.expires) to.expires.Add(append.request.expires->first_us);
  return placed;
}

// Returns how many records were written.
uint32_t Committer::Write(const AppendRequest& request, const Admitted& admitted, ChunkBuilder& builder) {
  builder.Expect(request.encoded.size() + request.count * wire::RecordStamp::kMaxOverhead);
  const RecordTraits traits{request.keyed, request.identified};
  uint32_t written = 0;
  auto outcome = admitted.outcomes.begin();
  request.ForEachRecord([&](std::string_view record) {
    const bool all = admitted.outcomes.empty();
    if (!all && (outcome++)->kind != RecordOutcome::Kind::kAppended) return;
    builder.Add(record, traits, written++ == 0 ? admitted.own_fields : std::string_view());
  });
  return written;
}

void Committer::Publish(Group& group, std::vector<PendingAppend>& appends) {
  TailWaiters waiters;
  for (size_t i = 0; i < group.shares.size(); ++i) {
    Share& share = group.shares[i];
    if (group.commits[i].chunks.empty()) continue;
    Log::Writer& writer = share.log->writer;
    const Sequence end = share.builder.next();
    writer.marks.Advance(DurableEnd{end});
    writer.marks.Advance(CommittedEnd{end});
    writer.last_time_us = share.time_us;
    writer.bytes_before_end = share.builder.bytes_before_next();
    share.log->last_time_us = writer.last_time_us;
    share.log->bytes_before_end = writer.bytes_before_end;
    for (ProducerUpdate& producer : group.commits[i].producers)
      producers_.Put(group.commits[i].log, producer.id, std::move(producer.state));
    for (const LeaseToken& fence : group.commits[i].fences) fences_.Put(group.commits[i].log, fence);
    if (const int64_t first_us = share.expires.first_us; first_us != INT64_MAX)
      expiries_.Add(share.log, first_us);
    auto woken = share.log->tail().Publish(std::move(group.commits[i].chunks));
    waiters.insert(waiters.end(), std::make_move_iterator(woken.begin()),
                   std::make_move_iterator(woken.end()));
  }
  Wake(std::move(waiters), wakeups_);
  for (size_t i = 0; i < appends.size(); ++i) {
    Placed& placed = group.placed[i];
    if (placed.admitted.ok()) {
      appends[i].done(AnswerOf(group, placed));
    } else {
      appends[i].done(placed.admitted.status());
    }
  }
}

Appended Committer::AnswerOf(const Group& group, Placed& placed) {
  const Share& share = group.shares[placed.share];
  std::vector<RecordOutcome>& outcomes = placed.admitted->outcomes;
  // Of a batch that was in the log before, what follows it there; of one that never was, what would have.
  Sequence end = placed.first + placed.count;
  if (placed.count == 0) {
    std::optional<Sequence> last;
    for (const RecordOutcome& outcome : outcomes) {
      if (outcome.kind == RecordOutcome::Kind::kDuplicate) last = std::max(last, outcome.sequence);
    }
    if (last) end = *last + 1;
  }
  return {placed.first,
          placed.count,
          std::move(outcomes),
          share.time_us,
          share.log->PositionAt(end),
          share.settings.durability,
          placed.admitted->producer_next};
}

void Committer::RefuseAll(std::vector<PendingAppend>& appends, const absl::Status& why) {
  for (PendingAppend& append : appends) append.done(why);
}

void Committer::RecoverStore() {
  const int64_t now_us = clock_.MonotonicMicros();
  if (now_us < next_recovery_us_) return;
  const bool recovered = store_.Recover().ok();
  next_recovery_us_ = clock_.MonotonicMicros() + options_.recovery_pause_us;
  if (!recovered) return;
  producers_.Clear();  // of what was under way nothing may be believed
  fences_.Clear();
  // What was under way may have survived: it is shown now, as recovery synced it. The epoch is new.
  // So may a log whose creation was, or be gone whose deletion was.
  TailWaiters waiters;
  const auto wake_later = [&waiters](TailWaiters woken) {
    waiters.insert(waiters.end(), woken.begin(), woken.end());
  };
  std::vector<LogPtr> gone = logs_.All();
  for (const StoredLog& stored : store_.Logs()) {
    std::erase_if(gone, [&](const LogPtr& log) { return log->number() == stored.descriptor.number; });
    const LogPtr log = logs_.FindNumber(stored.descriptor.number);
    if (log == nullptr) {
      logs_.Add(std::make_shared<Log>(stored, kRecoveredTailBytes));
      continue;
    }
    log->Reopened(stored);
    wake_later(log->tail().ResetTo(stored.end));
  }
  for (const LogPtr& log : gone) {
    log->deleted = true;
    expiries_.Forget(*log);
    logs_.Remove(*log);
    wake_later(log->tail().Close(MakeError(Reason::kLogNotFound, "the log was deleted")));
  }
  for (const LogPtr& log : logs_.All()) expiries_.Add(log, 0);
  recovering_ = false;
  counters_.recoveries.Add();
  Wake(std::move(waiters), wakeups_);
  MutexLock lock(hook_mutex_);
  if (on_recovered_) on_recovered_();
}

void Committer::OnRecovered(std::function<void()> call) {
  MutexLock lock(hook_mutex_);
  on_recovered_ = std::move(call);
}

}  // namespace replog
