#pragma once

#include <memory>

#include "base/counter.h"
#include "server/core/alarms.h"
#include "server/core/append_queue.h"
#include "server/core/executor.h"
#include "server/core/expiry_round.h"
#include "server/core/expiry_schedule.h"
#include "server/core/timer_queue.h"
#include "server/core/trusted_clock.h"

namespace replog {

// Ends the values of keys whose records expire: appends their tombstones, like any client could. So what a
// reader has follows from records alone, and a rewrite that comes first wins. It works in rounds of a bounded
// number of records, one at a time, whatever fell due, also while the server was down; appends of others go
// in between. It stands still while the clock is not to be believed. For a server that leads its logs: one
// that only follows runs none. Thread-safe.
class Expirer final : public Timed {
 public:
  struct Options {
    int64_t tick_us = 250'000;           // what is due is found so much later at most
    size_t round_entries = 256;          // see ExpiryRound::Find
    int64_t retry_pause_us = 1'000'000;  // before a log is looked at again for which something failed
  };

  // Everything must outlive the expirer. `blocking` runs what may wait for the disk.
  Expirer(const Options& options, LogStore& store, AppendQueue& appends, ExpirySchedule& schedule,
          TrustedClock& clock, Alarms& alarms, Executor& blocking);
  // Stops if Stop was not called.
  ~Expirer() override;

  // Begins a round when something is due.
  int64_t OnTime(int64_t now_us) override TSA_EXCLUDES(mutex_);
  // Waits until no round is under way.
  void AwaitIdle() TSA_EXCLUDES(mutex_);
  // Begins no further round, and waits until none is under way.
  void Stop() TSA_EXCLUDES(mutex_);
  // Values that it ended.
  const Counter& expired() const { return expired_; }

 private:
  enum class State : uint8_t {
    kIdle,       // → kLooking when the timer finds something due
    kLooking,    // what is it? → kAppending
    kAppending,  // tombstones are under way → kDropping when each has its answer
    kDropping,   // the store forgets what is settled → kLooking when more is due, else kIdle
  };

  void Look() TSA_EXCLUDES(mutex_);
  // Gives the tombstones from `index` on to the queue; when it is full, the rest once there is room.
  void Offer(size_t index, size_t count) TSA_EXCLUDES(mutex_);
  PendingAppend MakeAppend(size_t index) TSA_EXCLUDES(mutex_);
  void Answer(size_t index, const absl::Status& status) TSA_EXCLUDES(mutex_);
  void Drop() TSA_EXCLUDES(mutex_);
  void EndRound() TSA_EXCLUDES(mutex_);
  void ReportDamage(const ExpiryRound& round);

  const Options options_;
  LogStore& store_;
  AppendQueue& appends_;
  ExpirySchedule& schedule_;
  TrustedClock& clock_;
  Alarms& alarms_;
  Executor& blocking_;
  Counter expired_;
  Mutex mutex_;
  CondVar idle_;
  State state_ TSA_GUARDED_BY(mutex_) = State::kIdle;
  bool stopping_ TSA_GUARDED_BY(mutex_) = false;
  // In kAppending and kDropping. In the latter it belongs to the committer's thread.
  std::unique_ptr<ExpiryRound> round_ TSA_GUARDED_BY(mutex_);
  size_t unanswered_ TSA_GUARDED_BY(mutex_) = 0;  // tombstones
};

}  // namespace replog
