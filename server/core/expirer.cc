#include "server/core/expirer.h"

#include <utility>

#include "absl/strings/str_cat.h"
#include "base/error.h"

namespace replog {

Expirer::Expirer(const Options& options, LogStore& store, AppendQueue& appends, ExpirySchedule& schedule,
                 TrustedClock& clock, Alarms& alarms, Executor& blocking)
    : options_(options),
      store_(store),
      appends_(appends),
      schedule_(schedule),
      clock_(clock),
      alarms_(alarms),
      blocking_(blocking) {}

Expirer::~Expirer() { Stop(); }

void Expirer::AwaitIdle() {
  MutexLock lock(mutex_);
  while (state_ != State::kIdle) idle_.Wait(mutex_);
}

void Expirer::Stop() {
  {
    MutexLock lock(mutex_);
    stopping_ = true;
  }
  AwaitIdle();
}

int64_t Expirer::OnTime(int64_t now_us) {
  const auto wall_us = clock_.Now();
  {
    MutexLock lock(mutex_);
    if (stopping_) return 0;
    if (state_ != State::kIdle || !wall_us || !schedule_.HasDue(*wall_us)) return now_us + options_.tick_us;
    state_ = State::kLooking;
  }
  blocking_.Post([this] { Look(); });
  return now_us + options_.tick_us;
}

void Expirer::Look() {
  auto round = std::make_unique<ExpiryRound>();
  if (const auto now_us = clock_.Now()) {
    *round = ExpiryRound::Find(store_, schedule_, *now_us, options_.round_entries);
  }
  const size_t count = round->appends();
  {
    MutexLock lock(mutex_);
    state_ = State::kAppending;
    round_ = std::move(round);
    unanswered_ = count;
  }
  count == 0 ? Drop() : Offer(0, count);
}

void Expirer::Offer(size_t index, size_t count) {
  // With the last one taken the round may be over: nothing of it is touched after that.
  for (; index < count; ++index) {
    PendingAppend append = MakeAppend(index);
    switch (appends_.TryPut(append, [this, index, count] { Offer(index, count); })) {
      case AppendQueue::Offer::kTaken:
        break;
      case AppendQueue::Offer::kFull:
        return;
      case AppendQueue::Offer::kClosed:
        Answer(index, MakeError(Reason::kShuttingDown, "the server is stopping; nothing was written"));
    }
  }
}

PendingAppend Expirer::MakeAppend(size_t index) {
  MutexLock lock(mutex_);
  auto [log, request] = round_->MakeAppend(index);
  return {std::move(log), std::move(request),
          [this, index](const absl::StatusOr<Appended>& outcome) { Answer(index, outcome.status()); }};
}

void Expirer::Answer(size_t index, const absl::Status& status) {
  if (status.ok()) expired_.Add();
  {
    MutexLock lock(mutex_);
    round_->Answer(index, status);
    if (--unanswered_ > 0) return;
  }
  Drop();
}

void Expirer::Drop() {
  ExpiryRound* round = nullptr;
  {
    MutexLock lock(mutex_);
    state_ = State::kDropping;
    round = round_.get();
  }
  const auto drop = [this, round] {
    round->DropSettled(store_);
    EndRound();
  };
  // On the committer's thread, which is the one that finds out when a write has failed.
  if (!round->anything_settled() || !appends_.PutTask(drop)) EndRound();
}

void Expirer::EndRound() {
  std::unique_ptr<ExpiryRound> round;
  {
    MutexLock lock(mutex_);
    round = std::move(round_);
  }
  const auto now_us = clock_.Now();
  round->PutBack(schedule_, now_us.value_or(0) + options_.retry_pause_us);
  ReportDamage(*round);
  {
    MutexLock lock(mutex_);
    if (stopping_ || !now_us || !schedule_.HasDue(*now_us)) {
      state_ = State::kIdle;
      idle_.NotifyAll();
      return;
    }
    state_ = State::kLooking;
  }
  blocking_.Post([this] { Look(); });
}

void Expirer::ReportDamage(const ExpiryRound& round) {
  for (const auto& [log, status] : round.damage()) {
    alarms_.Raise("EXPIRY_DAMAGED",
                  absl::StrCat("log ", log->name(),
                               ": what expires may stay, because it cannot be read: ", status.message()));
  }
}

}  // namespace replog
