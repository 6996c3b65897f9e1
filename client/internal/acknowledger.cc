#include "client/internal/acknowledger.h"

#include <grpcpp/client_context.h>

#include <utility>

#include "base/error.h"
#include "client/internal/conversion.h"
#include "client/internal/reaction_scope.h"
#include "client/internal/request_id.h"
#include "client/internal/status_conversion.h"
#include "replog/v1/replication_log.grpc.pb.h"

namespace replog::client::internal {

struct Acknowledger::Call {
  std::shared_ptr<Transport> transport;  // goes last
  Channel channel;
  std::unique_ptr<v1::ReplicationLog::Stub> stub;
  grpc::ClientContext context;
  v1::AcknowledgeRequest request;
  v1::AcknowledgeResponse response;
};

Acknowledger::Acknowledger(std::shared_ptr<Transport> transport, std::string log, std::string node,
                           const AcknowledgePlan::Pace& pace)
    : log_(std::move(log)),
      node_(std::move(node)),
      transport_(std::move(transport)),
      plan_(pace),
      backoff_(transport_->options().backoff, transport_->NewSeed()) {}

Acknowledger::~Acknowledger() = default;

// ---------------------------------------------------------------------- from the subscription

void Acknowledger::Applied(uint64_t next, Urgency urgency) {
  {
    MutexLock lock(mutex_);
    plan_.Applied(next, urgency, Clock::now());
  }
  Pump();
}

void Acknowledger::Answer(CheckpointAnswer answer) {
  {
    MutexLock lock(mutex_);
    const auto now = Clock::now();
    plan_.Applied(answer.sequence, Urgency::kAsked, now);
    plan_.Answer(std::move(answer), now);
  }
  Pump();
}

void Acknowledger::Restart() {
  MutexLock lock(mutex_);
  plan_.Restart();
}

void Acknowledger::Finish(bool last_words, std::function<void()> done) {
  {
    MutexLock lock(mutex_);
    done_ = std::move(done);
    last_words_ = last_words;
    if (call_ != nullptr && !last_words) call_->context.TryCancel();
    transport_->timer().Schedule(Clock::now() + kFinishPatience, [weak = weak_from_this()] {
      if (const auto self = weak.lock()) self->GiveUp();
    });
  }
  Pump();
}

void Acknowledger::GiveUp() {
  MutexLock lock(mutex_);
  last_words_ = false;
  if (call_ != nullptr) call_->context.TryCancel();
}

std::optional<uint64_t> Acknowledger::cursor() {
  MutexLock lock(mutex_);
  return cursor_;
}

Status Acknowledger::status() {
  MutexLock lock(mutex_);
  return status_;
}

// ---------------------------------------------------------------------- one call after another

void Acknowledger::Pump() {
  std::shared_ptr<Call> call;
  std::function<void()> done;
  std::shared_ptr<Transport> transport;  // dropped without the lock: its timer may wait for it
  {
    // Under one lock: that nothing is left to be said, and that this is the end.
    MutexLock lock(mutex_);
    call = NextCall();
    if (call == nullptr && call_ == nullptr && done_) {
      done = std::exchange(done_, nullptr);
      transport = std::move(transport_);
    }
  }
  if (call != nullptr) Start(call);
  if (done) done();
}

std::shared_ptr<Acknowledger::Call> Acknowledger::NextCall() {
  if (transport_ == nullptr || call_ != nullptr) return nullptr;
  if (done_ && !last_words_) return nullptr;
  const auto next = done_ ? plan_.Last() : plan_.Next(Clock::now());
  if (!next) {
    ScheduleWake();
    return nullptr;
  }
  call_ = MakeCall(*next);
  return call_;
}

void Acknowledger::ScheduleWake() {
  const auto when = plan_.wake();
  if (!when || (wake_ && *wake_ <= *when)) return;
  wake_ = when;
  transport_->timer().Schedule(*when, [weak = weak_from_this()] {
    const auto self = weak.lock();
    if (self == nullptr) return;
    {
      MutexLock lock(self->mutex_);
      self->wake_.reset();
    }
    self->Pump();
  });
}

std::shared_ptr<Acknowledger::Call> Acknowledger::MakeCall(const AcknowledgePlan::Acknowledgement& what) {
  auto call = std::make_shared<Call>();
  call->transport = transport_;
  call->channel = transport_->Current();
  call->stub = v1::ReplicationLog::NewStub(call->channel);
  SetRequestId(call->context);
  call->context.set_deadline(std::chrono::system_clock::now() + transport_->options().call_timeout);
  call->request.set_log(log_);
  call->request.set_node(node_);
  call->request.set_next_sequence(what.next_sequence);
  if (!what.checkpoint) return call;
  call->request.set_digest_sequence(what.checkpoint->sequence);
  for (const ChannelDigest& digest : what.checkpoint->digests) {
    *call->request.add_digests() = ToProto(digest);
  }
  return call;
}

void Acknowledger::Start(const std::shared_ptr<Call>& call) {
  // An init-capture, not `call`: that would be const, and stay behind where it is moved from.
  auto answered = [self = shared_from_this(), call = call](const grpc::Status& status) mutable {
    const ReactionScope scope;  // the last references may be these, and go within it
    const auto owned_self = std::move(self);
    owned_self->OnAnswer(std::move(call), FromGrpc(status));
  };
  call->stub->async()->Acknowledge(&call->context, &call->request, &call->response, std::move(answered));
}

void Acknowledger::OnAnswer(std::shared_ptr<Call> call, const Status& status) {
  {
    MutexLock lock(mutex_);
    call_.reset();
    status_ = status;
    // Somebody has moved the cursor ahead by name: it will be passed again.
    const bool settled = status.ok() || status.reason() == ReasonName(Reason::kCursorBackwards);
    if (status.ok()) cursor_ = call->response.cursor();
    if (settled) backoff_.Reset();
    const auto retry =
        settled ? std::nullopt : std::optional(Clock::now() + backoff_.Next(status.retry_delay()));
    plan_.Answered(retry);
    if (!settled) {
      last_words_ = last_words_ && !done_;
      if (status.code() == StatusCode::kUnavailable && transport_) transport_->Advance(call->channel);
    }
  }
  call.reset();  // before `done` may be called: whoever waits for that may then go
  Pump();
}

}  // namespace replog::client::internal
