#pragma once

#include <chrono>
#include <memory>
#include <optional>
#include <string>

#include "base/mutex.h"
#include "client/backoff.h"
#include "client/internal/lease_term.h"
#include "client/internal/serial_worker.h"
#include "client/internal/transport.h"
#include "client/lease.h"
#include "replog/v1/leases.pb.h"

namespace replog::client::internal {

// Acquires a lease, keeps it and gives it back, by calls that it makes one at a time.
//
//   acquiring ── granted, and certainly not over yet ──> held
//   acquiring ── refused, or Release ──> over
//   held ── the term is over, or the server says so, or Release ──> over
//
// Thread Safety: every member may be called from many threads.
class LeaseCore final : public std::enable_shared_from_this<LeaseCore> {
 public:
  LeaseCore(std::shared_ptr<Transport> transport, LeaseOptions options);
  ~LeaseCore();
  LeaseCore(const LeaseCore&) = delete;
  LeaseCore& operator=(const LeaseCore&) = delete;

  void Start() { Pump(); }
  // See Lease.
  Status Wait() TSA_EXCLUDES(mutex_);
  bool held() TSA_EXCLUDES(mutex_);
  std::chrono::milliseconds remaining() TSA_EXCLUDES(mutex_);
  LeaseToken token() TSA_EXCLUDES(mutex_);
  Status status() TSA_EXCLUDES(mutex_);
  // Gives up after `patience`.
  Status Release(std::chrono::milliseconds patience) TSA_EXCLUDES(mutex_);
  // After Release: returns when the last callback has, unless it runs in it.
  void Close() TSA_EXCLUDES(mutex_);

 private:
  using Clock = std::chrono::steady_clock;
  using TimePoint = Clock::time_point;
  enum class State : uint8_t {
    kAcquiring,  // next: held, or over
    kHeld,       // next: over
    kOver,       // for good; status_ says why
  };
  enum class Kind : uint8_t { kAcquire, kRenew, kRelease };
  struct Call;

  // Makes the call that is due, or has itself woken when one is.
  void Pump() TSA_EXCLUDES(mutex_);
  std::shared_ptr<Call> NextCall() TSA_EXCLUDES(mutex_);
  // What is called next, as things are; nullopt: nothing.
  std::optional<Kind> NextKind() const TSA_REQUIRES(mutex_);
  std::shared_ptr<Call> MakeCall(Kind kind, TimePoint now) TSA_REQUIRES(mutex_);
  v1::AcquireRequest MakeAcquire(std::chrono::milliseconds wait) const;
  void Send(const std::shared_ptr<Call>& call);
  void OnAnswer(std::shared_ptr<Call> call, const Status& status) TSA_EXCLUDES(mutex_);
  void OnAcquired(const Call& call, const Status& status, TimePoint now) TSA_REQUIRES(mutex_);
  void OnRenewed(const Call& call, const Status& status, TimePoint now) TSA_REQUIRES(mutex_);
  void OnReleased(const Status& status, TimePoint now) TSA_REQUIRES(mutex_);
  // Takes the term that an answer told; the lease is held from now on, if it certainly still is.
  void Take(const v1::Lease& lease, TimePoint sent, TimePoint now) TSA_REQUIRES(mutex_);
  // Ends what is held when its term is over.
  void CheckTerm(TimePoint now) TSA_REQUIRES(mutex_);
  void End(Status why) TSA_REQUIRES(mutex_);
  void ScheduleWake(TimePoint when) TSA_REQUIRES(mutex_);
  // When to try again after a failure.
  TimePoint RetryAt(const Status& status, TimePoint now) TSA_REQUIRES(mutex_);

  const LeaseOptions options_;
  const std::string instance_;  // so that nobody else is given what this holds
  const TimePoint wait_until_;  // for the present holder
  const TimePoint give_up_at_;  // acquiring, when the server does not answer

  Mutex mutex_;
  CondVar changed_;
  std::shared_ptr<Transport> transport_ TSA_GUARDED_BY(mutex_);  // until Close
  std::unique_ptr<SerialWorker> worker_ TSA_GUARDED_BY(mutex_);  // until Close
  State state_ TSA_GUARDED_BY(mutex_) = State::kAcquiring;
  Status status_ TSA_GUARDED_BY(mutex_);
  bool was_held_ TSA_GUARDED_BY(mutex_) = false;
  bool granted_ TSA_GUARDED_BY(mutex_) = false;    // the server may take this for the holder
  bool releasing_ TSA_GUARDED_BY(mutex_) = false;  // the application has asked for it
  LeaseToken token_ TSA_GUARDED_BY(mutex_);
  LeaseTerm term_ TSA_GUARDED_BY(mutex_);
  Backoff backoff_ TSA_GUARDED_BY(mutex_);
  Status failure_ TSA_GUARDED_BY(mutex_);              // the newest
  TimePoint call_at_ TSA_GUARDED_BY(mutex_);           // the next call but a renewal
  std::shared_ptr<Call> call_ TSA_GUARDED_BY(mutex_);  // under way
  std::optional<TimePoint> wake_ TSA_GUARDED_BY(mutex_);
};

}  // namespace replog::client::internal
