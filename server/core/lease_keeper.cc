#include "server/core/lease_keeper.h"

#include <algorithm>

#include "absl/strings/str_cat.h"
#include "base/error.h"

namespace replog {
namespace {

constexpr int64_t kLoadPauseUs = 1'000'000;

absl::StatusOr<std::vector<StoredLease>> ReadLeases(const SystemLog& system_log) {
  const auto records = system_log.Load(std::string(kLeasesChannel));
  if (!records.ok()) return records.status();
  std::vector<StoredLease> leases;
  for (const SystemRecord& record : *records) {
    const auto terms = DecodeLeaseRecord(record.text);
    // To leave it out could give to another what is held.
    if (!terms) {
      return MakeError(Reason::kCorruptChunk,
                       absl::StrCat("record ", record.sequence, " of log \"_system\" is not a lease"));
    }
    leases.push_back({record.key, *terms, record.sequence});
  }
  return leases;
}

}  // namespace

absl::StatusOr<std::shared_ptr<LeaseKeeper>> LeaseKeeper::Open(const LeaseTable::Options& options,
                                                               SystemLog& system_log, Clock& clock,
                                                               TimerQueue& timers, Executor& blocking) {
  const auto stored = ReadLeases(system_log);
  if (!stored.ok()) return stored.status();
  std::shared_ptr<LeaseKeeper> keeper(new LeaseKeeper(options, system_log, clock, timers, blocking));
  keeper->Drive([&](LeaseTable& table, RequestId, int64_t now_us) { table.Loaded(*stored, now_us); });
  return keeper;
}

LeaseKeeper::LeaseKeeper(const LeaseTable::Options& options, SystemLog& system_log, Clock& clock,
                         TimerQueue& timers, Executor& blocking)
    : system_log_(system_log),
      clock_(clock),
      timers_(timers),
      blocking_(blocking),
      table_(options, system_log.log()->descriptor().lineage) {}

template <typename Event>
LeaseKeeper::RequestId LeaseKeeper::Drive(const Event& event, Done done) {
  LeaseTable::Actions actions;
  std::vector<Done> called;
  RequestId id = 0;
  {
    MutexLock lock(mutex_);
    if (done != nullptr) requests_.emplace(id = ++last_id_, std::move(done));
    event(table_, id, clock_.MonotonicMicros());
    actions = table_.TakeActions();
    for (const auto& reply : actions.replies) {
      const auto request = requests_.find(reply.id);
      called.push_back(std::move(request->second));
      requests_.erase(request);
    }
    if (const int64_t wake_us = NextWake(); wake_us < wake_us_) {
      wake_us_ = wake_us;
      timers_.Schedule(wake_us, weak_from_this());
    }
  }
  for (size_t i = 0; i < called.size(); ++i) called[i](std::move(actions.replies[i].answer));
  for (auto& write : actions.writes) Do(std::move(write));
  return id;
}

void LeaseKeeper::Do(LeaseTable::Write write) {
  std::optional<std::string> text;
  if (write.grant) text = EncodeLeaseRecord(*write.grant);
  const std::string name = write.name;
  system_log_.Write({std::string(kLeasesChannel), name, std::move(text), SystemLog::Expected{write.replaces}},
                    [self = shared_from_this(), name](absl::StatusOr<Sequence> written) {
                      self->Drive([&](LeaseTable& table, RequestId, int64_t now_us) {
                        table.Written(name, written, now_us);
                      });
                      // The log is not as the table believed; so it is read again.
                      if (ReasonOf(written.status()) == Reason::kConditionFailed) self->OnRecovered();
                    });
}

LeaseKeeper::RequestId LeaseKeeper::Acquire(const std::string& name, const LeaseRecord& wanted,
                                            int64_t wait_us, Done done) {
  return Drive([&](LeaseTable& table, RequestId id,
                   int64_t now_us) { table.Acquire(id, name, wanted, now_us + wait_us, now_us); },
               std::move(done));
}

void LeaseKeeper::Renew(const LeaseToken& token, Done done) {
  Drive([&](LeaseTable& table, RequestId id, int64_t now_us) { table.Renew(id, token, now_us); },
        std::move(done));
}

void LeaseKeeper::Release(const LeaseToken& token, Done done) {
  Drive([&](LeaseTable& table, RequestId id, int64_t now_us) { table.Release(id, token, now_us); },
        std::move(done));
}

void LeaseKeeper::Get(const std::string& name, Done done) {
  Drive([&](LeaseTable& table, RequestId id, int64_t now_us) { table.Get(id, name, now_us); },
        std::move(done));
}

void LeaseKeeper::Cancel(RequestId cancelled) {
  Drive([&](LeaseTable& table, RequestId, int64_t now_us) { table.Cancel(cancelled, now_us); });
}

std::vector<Lease> LeaseKeeper::List(const std::string& after, size_t limit) {
  MutexLock lock(mutex_);
  return table_.List(after, limit, clock_.MonotonicMicros());
}

LeaseTable::Totals LeaseKeeper::totals() const {
  MutexLock lock(mutex_);
  return table_.totals();
}

void LeaseKeeper::Stop() {
  {
    MutexLock lock(mutex_);
    stopped_ = true;
  }
  Drive([](LeaseTable& table, RequestId, int64_t) { table.Stop(); });
}

// ------------------------------------------------------------------------------------------- time, recovery

int64_t LeaseKeeper::NextWake() const {
  return stopped_ ? INT64_MAX : std::min(table_.next_event_us(), load_again_us_);
}

int64_t LeaseKeeper::OnTime(int64_t now_us) {
  {
    MutexLock lock(mutex_);
    // An entry of the queue that an earlier time has overtaken is not the one that counts.
    if (wake_us_ <= now_us) wake_us_ = INT64_MAX;
    if (load_again_us_ <= now_us) PostLoad();
  }
  Drive([](LeaseTable& table, RequestId, int64_t now) { table.Advance(now); });
  return 0;  // Drive has set the timer
}

void LeaseKeeper::OnRecovered() {
  MutexLock lock(mutex_);
  PostLoad();
}

void LeaseKeeper::PostLoad() {
  load_again_us_ = INT64_MAX;
  if (stopped_) return;
  table_.BeginLoad();
  blocking_.Post([self = shared_from_this()] { self->Load(); });
}

void LeaseKeeper::Load() {
  const auto stored = ReadLeases(system_log_);
  if (!stored.ok()) {
    MutexLock lock(mutex_);
    load_again_us_ = clock_.MonotonicMicros() + kLoadPauseUs;
  }
  Drive([&](LeaseTable& table, RequestId, int64_t now_us) {
    if (stored.ok()) table.Loaded(*stored, now_us);
  });
}

}  // namespace replog
