#pragma once

#include <memory>
#include <string>
#include <vector>

#include "absl/container/flat_hash_map.h"
#include "absl/functional/any_invocable.h"
#include "base/clock.h"
#include "base/mutex.h"
#include "server/core/executor.h"
#include "server/core/lease_table.h"
#include "server/core/system_log.h"
#include "server/core/timer_queue.h"

namespace replog {

// The server's leases: drives the table of them with a clock, a timer and the system log. Terms go by the
// monotonic clock. A term that is over is noticed by whoever asks for the lease, and by a timer as soon as
// its thread gets to run: at most some milliseconds late on a machine that is not stalled; never early.
// Thread-safe.
class LeaseKeeper final : public Timed, public std::enable_shared_from_this<LeaseKeeper> {
 public:
  // Reads who held what when the server stopped: they have a full term from now. Everything must outlive the
  // keeper, or its Stop: `timers` and `blocking` are not used after it.
  static absl::StatusOr<std::shared_ptr<LeaseKeeper>> Open(const LeaseTable::Options& options,
                                                           SystemLog& system_log, Clock& clock,
                                                           TimerQueue& timers, Executor& blocking);

  using RequestId = LeaseTable::RequestId;
  // Called exactly once, from any thread, possibly before the call returns. See LeaseTable for the answers.
  using Done = absl::AnyInvocable<void(LeaseTable::Answer)>;

  // `wait_us`: for how long to wait for the present holder; 0: not at all. What is returned is for Cancel.
  RequestId Acquire(const std::string& name, const LeaseRecord& wanted, int64_t wait_us, Done done)
      TSA_EXCLUDES(mutex_);
  void Renew(const LeaseToken& token, Done done) TSA_EXCLUDES(mutex_);
  void Release(const LeaseToken& token, Done done) TSA_EXCLUDES(mutex_);
  void Get(const std::string& name, Done done) TSA_EXCLUDES(mutex_);
  // Nobody waits for the answer any more; it is CANCELLED then, unless it was given already.
  void Cancel(RequestId id) TSA_EXCLUDES(mutex_);
  std::vector<Lease> List(const std::string& after, size_t limit) TSA_EXCLUDES(mutex_);
  LeaseTable::Totals totals() const TSA_EXCLUDES(mutex_);

  // The store was recovered: what became of writes that had failed is there to be read. Does not block.
  void OnRecovered() TSA_EXCLUDES(mutex_);
  // Who waits is answered with SHUTTING_DOWN, and nothing new is begun. What is being written is answered.
  void Stop() TSA_EXCLUDES(mutex_);

  int64_t OnTime(int64_t now_us) override TSA_EXCLUDES(mutex_);

 private:
  LeaseKeeper(const LeaseTable::Options& options, SystemLog& system_log, Clock& clock, TimerQueue& timers,
              Executor& blocking);

  // Lets `event` happen to the table, and does what follows from it. When it is a request, `done` is called
  // with the reply.
  template <typename Event>
  RequestId Drive(const Event& event, Done done = nullptr) TSA_EXCLUDES(mutex_);
  void Do(LeaseTable::Write write);
  // Reads the leases again, elsewhere.
  void PostLoad() TSA_REQUIRES(mutex_);
  void Load() TSA_EXCLUDES(mutex_);
  // When there is something to do next.
  int64_t NextWake() const TSA_REQUIRES(mutex_);

  SystemLog& system_log_;
  Clock& clock_;
  TimerQueue& timers_;
  Executor& blocking_;

  mutable Mutex mutex_;
  LeaseTable table_ TSA_GUARDED_BY(mutex_);
  RequestId last_id_ TSA_GUARDED_BY(mutex_) = 0;
  absl::flat_hash_map<RequestId, Done> requests_ TSA_GUARDED_BY(mutex_);
  int64_t wake_us_ TSA_GUARDED_BY(mutex_) = INT64_MAX;        // the timer is set to this
  int64_t load_again_us_ TSA_GUARDED_BY(mutex_) = INT64_MAX;  // a reading failed
  bool stopped_ TSA_GUARDED_BY(mutex_) = false;
};

}  // namespace replog
