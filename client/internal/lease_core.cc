#include "client/internal/lease_core.h"

#include <grpcpp/client_context.h>

#include <algorithm>
#include <utility>

#include "base/error.h"
#include "client/internal/conversion.h"
#include "client/internal/random_instance.h"
#include "client/internal/reaction_scope.h"
#include "client/internal/request_id.h"
#include "client/internal/status_conversion.h"
#include "replog/v1/leases.grpc.pb.h"

namespace replog::client::internal {
namespace {

using std::chrono::milliseconds;

// The server's bound; who waits longer asks again.
constexpr milliseconds kLongestWait = std::chrono::hours(1);

std::chrono::steady_clock::time_point After(milliseconds wait, milliseconds more = {}) {
  // As good as for ever; the sum would not fit.
  if (wait > std::chrono::hours(1'000'000)) return std::chrono::steady_clock::time_point::max();
  return std::chrono::steady_clock::now() + wait + more;
}

// Whether the same call may succeed later.
bool IsPassing(const Status& status) {
  return status.code() == StatusCode::kUnavailable || status.code() == StatusCode::kDeadlineExceeded;
}

bool IsFrom(const Status& status, Reason reason) { return status.reason() == ReasonName(reason); }

}  // namespace

struct LeaseCore::Call {
  std::shared_ptr<Transport> transport;  // goes last
  Channel channel;
  std::unique_ptr<v1::Leases::Stub> stub;
  grpc::ClientContext context;
  Kind kind;
  TimePoint sent;
  v1::AcquireRequest acquire;
  v1::AcquireResponse acquired;
  v1::RenewRequest renew;
  v1::RenewResponse renewed;
  v1::ReleaseRequest release;
  v1::ReleaseResponse released;
};

LeaseCore::LeaseCore(std::shared_ptr<Transport> transport, LeaseOptions options)
    : options_(std::move(options)),
      instance_(RandomInstance()),
      wait_until_(After(options_.wait)),
      give_up_at_(After(options_.wait, transport->options().call_timeout)),
      transport_(std::move(transport)),
      worker_(options_.on_lost ? std::make_unique<SerialWorker>() : nullptr),
      term_(options_.ttl, options_.margin, transport_->NewSeed()),
      backoff_(transport_->options().backoff, transport_->NewSeed()) {}

LeaseCore::~LeaseCore() = default;

// ---------------------------------------------------------------------- from the application

Status LeaseCore::Wait() {
  MutexLock lock(mutex_);
  while (state_ == State::kAcquiring) changed_.Wait(mutex_);
  return was_held_ ? Status() : status_;
}

bool LeaseCore::held() {
  MutexLock lock(mutex_);
  return state_ == State::kHeld && term_.held(Clock::now());
}

milliseconds LeaseCore::remaining() {
  MutexLock lock(mutex_);
  if (state_ != State::kHeld) return {};
  return std::max(milliseconds(0), std::chrono::floor<milliseconds>(term_.until() - Clock::now()));
}

LeaseToken LeaseCore::token() {
  MutexLock lock(mutex_);
  return was_held_ ? token_ : LeaseToken();
}

Status LeaseCore::status() {
  MutexLock lock(mutex_);
  CheckTerm(Clock::now());
  return status_;
}

Status LeaseCore::Release(milliseconds patience) {
  const auto until = Clock::now() + patience;
  {
    MutexLock lock(mutex_);
    if (!std::exchange(releasing_, true)) {
      call_at_ = Clock::now();
      if (call_ != nullptr) call_->context.TryCancel();
    }
    if (state_ != State::kOver) End({StatusCode::kCancelled, "released", reason::kCancelled});
  }
  Pump();
  MutexLock lock(mutex_);
  while (call_ != nullptr || granted_) {
    const auto left = std::chrono::ceil<std::chrono::microseconds>(until - Clock::now());
    if (left.count() <= 0) break;
    changed_.WaitFor(mutex_, left);
  }
  if (call_ == nullptr && !granted_) return {};
  granted_ = false;  // no more attempts
  if (call_ != nullptr) call_->context.TryCancel();
  return failure_.ok() ? Status(StatusCode::kDeadlineExceeded, "no answer to the release of a lease")
                       : failure_;
}

void LeaseCore::Close() {
  std::unique_ptr<SerialWorker> worker;
  std::shared_ptr<Transport> transport;  // dropped without the lock: its timer may wait for it
  MutexLock lock(mutex_);
  worker = std::move(worker_);
  transport = std::move(transport_);
}

// ---------------------------------------------------------------------- one call after another

void LeaseCore::Pump() {
  if (const auto call = NextCall()) Send(call);
}

std::shared_ptr<LeaseCore::Call> LeaseCore::NextCall() {
  MutexLock lock(mutex_);
  const auto now = Clock::now();
  CheckTerm(now);
  if (transport_ == nullptr) return nullptr;
  if (state_ == State::kHeld) ScheduleWake(term_.until());
  const auto kind = NextKind();
  if (!kind || call_ != nullptr) return nullptr;
  const auto when = *kind == Kind::kRenew ? term_.renew_at() : call_at_;
  if (when <= now) return call_ = MakeCall(*kind, now);
  ScheduleWake(when);
  return nullptr;
}

std::optional<LeaseCore::Kind> LeaseCore::NextKind() const {
  if (releasing_) return granted_ ? std::optional(Kind::kRelease) : std::nullopt;
  if (state_ == State::kOver) return std::nullopt;
  // What was granted long after it was asked for may be over: a renewal, which is quick, makes it certain.
  return granted_ ? Kind::kRenew : Kind::kAcquire;
}

std::shared_ptr<LeaseCore::Call> LeaseCore::MakeCall(Kind kind, TimePoint now) {
  auto call = std::make_shared<Call>();
  call->transport = transport_;
  call->channel = transport_->Current();
  call->stub = v1::Leases::NewStub(call->channel);
  call->kind = kind;
  call->sent = now;
  milliseconds timeout = kind == Kind::kRenew ? term_.attempt_timeout() : transport_->options().call_timeout;
  if (kind == Kind::kAcquire) {
    const auto left = std::clamp<Clock::duration>(wait_until_ - now, milliseconds(0), kLongestWait);
    const auto wait = std::chrono::ceil<milliseconds>(left);
    call->acquire = MakeAcquire(wait);
    timeout += wait;
  }
  *call->renew.mutable_token() = ToProto(token_);
  *call->release.mutable_token() = ToProto(token_);
  SetRequestId(call->context);
  call->context.set_deadline(std::chrono::system_clock::now() + timeout);
  return call;
}

v1::AcquireRequest LeaseCore::MakeAcquire(milliseconds wait) const {
  return ToProto(AcquireLeaseOptions{.name = options_.name,
                                     .holder = options_.holder,
                                     .ttl = options_.ttl,
                                     .wait = wait,
                                     .instance = instance_});
}

void LeaseCore::Send(const std::shared_ptr<Call>& call) {
  // An init-capture, not `call`: that would be const, and stay behind where it is moved from.
  auto answered = [self = shared_from_this(), call = call](const grpc::Status& status) mutable {
    const ReactionScope scope;  // the last references may be these, and go within it
    const auto owned_self = std::move(self);
    owned_self->OnAnswer(std::move(call), FromGrpc(status));
  };
  auto* const async = call->stub->async();
  switch (call->kind) {
    case Kind::kAcquire:
      return async->Acquire(&call->context, &call->acquire, &call->acquired, std::move(answered));
    case Kind::kRenew:
      return async->Renew(&call->context, &call->renew, &call->renewed, std::move(answered));
    case Kind::kRelease:
      return async->Release(&call->context, &call->release, &call->released, std::move(answered));
  }
}

void LeaseCore::OnAnswer(std::shared_ptr<Call> call, const Status& status) {
  {
    MutexLock lock(mutex_);
    const auto now = Clock::now();
    call_.reset();
    CheckTerm(now);
    if (status.ok()) backoff_.Reset();
    failure_ = status;
    if (IsPassing(status) && transport_ != nullptr) transport_->Advance(call->channel);
    switch (call->kind) {
      case Kind::kAcquire:
        OnAcquired(*call, status, now);
        break;
      case Kind::kRenew:
        OnRenewed(*call, status, now);
        break;
      case Kind::kRelease:
        OnReleased(status, now);
    }
    changed_.NotifyAll();
  }
  call.reset();
  Pump();
}

void LeaseCore::OnAcquired(const Call& call, const Status& status, TimePoint now) {
  if (status.ok()) {
    granted_ = true;
    token_ = FromProto(call.acquired.lease().token());
    return Take(call.acquired.lease(), call.sent, now);
  }
  if (state_ == State::kOver) return;
  const bool held_by_another = IsFrom(status, Reason::kLeaseHeld);
  const auto retry_at = RetryAt(status, now);
  const bool again = held_by_another ? now < wait_until_ : IsPassing(status) && retry_at < give_up_at_;
  if (!again) return End(status);
  call_at_ = retry_at;
}

void LeaseCore::OnRenewed(const Call& call, const Status& status, TimePoint now) {
  if (status.ok()) return Take(call.renewed.lease(), call.sent, now);
  if (!IsFrom(status, Reason::kLeaseNotHeld)) return term_.Failed(RetryAt(status, now));
  granted_ = false;
  // Not held for sure before: it is acquired again, while there is time.
  if (state_ == State::kHeld) End(status);
}

void LeaseCore::OnReleased(const Status& status, TimePoint now) {
  // Not held means that it was over before, or that an answer was lost.
  if (status.ok() || IsFrom(status, Reason::kLeaseNotHeld)) granted_ = false;
  call_at_ = RetryAt(status, now);
}

void LeaseCore::Take(const v1::Lease& lease, TimePoint sent, TimePoint now) {
  term_.Extend(sent, FromProto(lease.remaining()));
  if (state_ != State::kAcquiring || !term_.held(now)) return;
  state_ = State::kHeld;
  was_held_ = true;
}

void LeaseCore::CheckTerm(TimePoint now) {
  if (state_ != State::kHeld || term_.held(now)) return;
  const std::string why = failure_.ok() ? "" : ": " + failure_.ToString();
  End({StatusCode::kDeadlineExceeded, "the lease " + options_.name + " was not renewed in time" + why,
       reason::kLeaseLost});
}

void LeaseCore::End(Status why) {
  const bool lost = state_ == State::kHeld && !releasing_;
  state_ = State::kOver;
  status_ = std::move(why);
  if (lost && worker_ != nullptr) {
    worker_->Post([on_lost = options_.on_lost, status = status_] { on_lost(status); });
  }
  changed_.NotifyAll();
}

void LeaseCore::ScheduleWake(TimePoint when) {
  if (wake_ && *wake_ <= when) return;
  wake_ = when;
  transport_->timer().Schedule(when, [weak = weak_from_this()] {
    const auto self = weak.lock();
    if (self == nullptr) return;
    {
      MutexLock lock(self->mutex_);
      self->wake_.reset();
    }
    self->Pump();
  });
}

LeaseCore::TimePoint LeaseCore::RetryAt(const Status& status, TimePoint now) {
  const auto delay = backoff_.Next(status.retry_delay());
  // A term does not wait for a back-off.
  return now + (granted_ ? std::min(delay, term_.attempt_timeout()) : delay);
}

}  // namespace replog::client::internal
