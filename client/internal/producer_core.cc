#include "client/internal/producer_core.h"

#include <algorithm>

#include "client/internal/conversion.h"
#include "client/internal/new_record_encoder.h"
#include "client/internal/status_conversion.h"

namespace replog::client::internal {
namespace {

using std::chrono::milliseconds;
using std::chrono::steady_clock;
using std::chrono::system_clock;
using Verdict = BatchSequencer::Verdict;
using Need = BatchSequencer::Need;

// How long the own thread waits at a stretch for a connection, so that a producer that is closing need not
// wait long.
constexpr milliseconds kConnectSlice{200};
// How long one attempt to register may take.
constexpr milliseconds kRegisterTime{2'000};
// How long a server may take to end a stream on which everything is answered.
constexpr std::chrono::seconds kCloseTime{1};

BatchOutcome Failure(AppendFate fate, const Status& status) {
  BatchOutcome outcome;
  outcome.fate = fate;
  outcome.status = status;
  return outcome;
}

// Where the records are, when some of them were there before.
void SetPlaces(const v1::AppendResponse& answer, bool repetition, BatchOutcome& outcome) {
  bool in_a_row = true;
  for (const auto& result : answer.results()) {
    RecordPlace place;
    if (result.has_sequence()) place.sequence = result.sequence();
    // What the server has from this producer itself is no other's.
    place.duplicate = !repetition && result.outcome() == v1::AppendResult::DUPLICATE;
    in_a_row &= !place.duplicate && place.sequence == answer.results(0).sequence() + outcome.places.size();
    outcome.places.push_back(place);
  }
  if (outcome.places.empty()) return;
  outcome.first_sequence = outcome.places.front().sequence;
  if (in_a_row) outcome.places.clear();
}

BatchOutcome OutcomeOf(const v1::AppendStreamResponse& answer, const Status& error, bool sent_before,
                       bool repetition) {
  if (!error.ok()) {
    // What the server refuses now it may have appended then.
    const AppendFate fate = FateOf(error);
    return Failure(sent_before && fate == AppendFate::kRejected ? AppendFate::kUnknown : fate, error);
  }
  BatchOutcome outcome;
  outcome.fate = AppendFate::kAcknowledged;
  outcome.first_sequence = answer.appended().first_sequence();
  outcome.time = FromProto(answer.appended().time());
  SetPlaces(answer.appended(), repetition, outcome);
  return outcome;
}

// Why a record was not sent after another one failed.
Status NotSent(const Status& failure) {
  return {StatusCode::kAborted, "not sent, because an earlier append failed: " + failure.ToString(),
          reason::kNotSent};
}

// The server, or what is before it, does not let this client append: to try again makes no sense.
bool IsRefusal(const Status& why) {
  return why.code() == StatusCode::kUnimplemented || why.code() == StatusCode::kUnauthenticated ||
         why.code() == StatusCode::kPermissionDenied;
}

void CallBack(Batch& batch, const BatchOutcome& batch_outcome) {
  for (auto& [offset, callback] : batch.callbacks) {
    AppendOutcome outcome{batch_outcome.fate, 0, batch_outcome.time, batch_outcome.status};
    if (outcome.fate == AppendFate::kAcknowledged && batch_outcome.places.empty()) {
      outcome.sequence = batch_outcome.first_sequence + offset;
    } else if (outcome.fate == AppendFate::kAcknowledged) {
      outcome.sequence = batch_outcome.places[offset].sequence;
      outcome.duplicate = batch_outcome.places[offset].duplicate;
    }
    callback(outcome);
  }
}

}  // namespace

ProducerCore::ProducerCore(std::shared_ptr<Transport> transport, ProducerOptions options)
    : transport_(std::move(transport)),
      options_(std::move(options)),
      registration_(transport_->LogName(options_.log), options_.name),
      queue_(options_, transport_->LogName(options_.log)),
      sequencer_(options_.idempotent),
      backoff_(transport_->options().backoff, transport_->NewSeed()) {}

void ProducerCore::Start() {
  thread_ = std::thread([this] { Run(); });
}

void ProducerCore::Close() {
  (void)Flush();  // its failures went to the callbacks
  {
    MutexLock lock(mutex_);
    closing_ = true;
    work_.NotifyAll();
  }
  thread_.join();
  CloseWrites();
  MutexLock lock(mutex_);
  const auto deadline = steady_clock::now() + kCloseTime;
  while (stream_open_ && steady_clock::now() < deadline) done_.WaitFor(mutex_, kCloseTime);
  if (stream_ != nullptr) stream_->Cancel();
  while (stream_open_) done_.Wait(mutex_);
  transport_.reset();
}

// ---------------------------------------------------------------------- taking

Status ProducerCore::Append(const NewRecord& record, Producer::Callback callback, bool wait) {
  if (Status status = CheckNewRecord(record); !status.ok()) return status;
  const size_t size = NewRecordFieldSize(record);
  Outgoing outgoing;
  {
    MutexLock lock(mutex_);
    while (stopped_.ok() && fenced_.ok() && !HasRoom(size)) {
      if (!wait || delivering_ == std::this_thread::get_id()) {
        return {StatusCode::kResourceExhausted, "the producer's window is full", reason::kWouldBlock};
      }
      room_.Wait(mutex_);
    }
    if (!fenced_.ok()) return fenced_;
    if (!stopped_.ok()) return NotSent(stopped_);
    const auto now = Now();
    const bool was_empty = queue_.empty();
    queue_.Add(record, size, std::move(callback), now);
    window_used_ += size;
    if (was_empty && (options_.linger.count() > 0 || MustRegister())) work_.NotifyAll();
    outgoing = TakeDue(now);
  }
  Write(std::move(outgoing));
  return {};
}

bool ProducerCore::HasRoom(size_t size) const {
  return window_used_ == 0 || window_used_ + size <= options_.window_bytes;
}

Status ProducerCore::Flush() {
  uint64_t target;
  {
    MutexLock lock(mutex_);
    queue_.Flush();
    target = queue_.taken();
  }
  SendDue();
  MutexLock lock(mutex_);
  while (completed_ < target) done_.Wait(mutex_);
  return std::exchange(first_failure_, Status());
}

Result<uint64_t> ProducerCore::NextNumber() {
  if (!options_.idempotent)
    return Status(StatusCode::kFailedPrecondition, "the producer is not idempotent: it has no numbers");
  MutexLock lock(mutex_);
  asked_number_ = true;
  no_number_ = {};
  work_.NotifyAll();
  while (sequencer_.need() != Need::kNothing && no_number_.ok() && fenced_.ok()) done_.Wait(mutex_);
  asked_number_ = false;
  if (!fenced_.ok()) return fenced_;
  if (!no_number_.ok()) return no_number_;
  return sequencer_.next_number();
}

// ---------------------------------------------------------------------- sending

ProducerCore::Outgoing ProducerCore::TakeDue(TimePoint now) {
  const bool may_send = stream_ != nullptr && !stream_broken_ && stopped_.ok() && fenced_.ok() &&
                        sequencer_.need() == Need::kNothing && sequencer_.has_room();
  if (!may_send) return {};
  const bool again = sequencer_.has_resends();
  if (!again && !queue_.IsDue(sequencer_.unanswered(), now)) return {};
  if (!stream_->Reserve()) return {};
  std::string stamp = again ? sequencer_.SendAgain() : sequencer_.Send(queue_.Take());
  return {stream_, sequencer_.last_sent().request, std::move(stamp)};
}

void ProducerCore::Write(Outgoing outgoing) {
  if (outgoing.stream != nullptr) outgoing.stream->Write(std::move(outgoing.request), outgoing.stamp);
}

void ProducerCore::SendDue() {
  Outgoing outgoing;
  {
    MutexLock lock(mutex_);
    outgoing = TakeDue(Now());
  }
  Write(std::move(outgoing));
}

void ProducerCore::OnWritten() {
  SendDue();
  CloseWrites();
}

void ProducerCore::CloseWrites() {
  AppendStream* stream = nullptr;
  {
    MutexLock lock(mutex_);
    if (closing_ && stream_ != nullptr && stream_->ReserveLast()) stream = stream_;
  }
  if (stream != nullptr) stream->CloseWrites();
}

ProducerCore::TimePoint ProducerCore::Now() const {
  return options_.linger.count() > 0 ? steady_clock::now() : TimePoint();
}

void ProducerCore::OnAnswer(const v1::AppendStreamResponse& answer) {
  const Status error = answer.has_error() ? FromRpcStatus(answer.error()) : Status();
  std::optional<Batch> answered;
  bool sent_before = false;
  bool repetition = false;
  Verdict verdict;
  {
    MutexLock lock(mutex_);
    // An answer to nothing: what follows will not match either and be unknown.
    if (stream_broken_ || sequencer_.unanswered() == 0) return;
    sent_before = sequencer_.sent_before();
    repetition = sequencer_.IsRepetition(answer.appended());
    verdict = sequencer_.OnAnswer(answer, error);
    if (verdict == Verdict::kOutcome) answered = sequencer_.TakeAnswered();
    if (verdict == Verdict::kBreak) {
      stream_broken_ = true;
      broken_by_ = error;
      stream_->Cancel();
      return;
    }
    backoff_.Reset();
    trouble_since_.reset();
    if (MustRegister()) work_.NotifyAll();
  }
  if (verdict == Verdict::kFenced) return EndFenced(error);
  SendDue();
  if (answered) Deliver(*std::move(answered), OutcomeOf(answer, error, sent_before, repetition));
  RefuseAfterFailure();
}

void ProducerCore::OnDetached() {
  MutexLock lock(mutex_);
  stream_ = nullptr;
}

void ProducerCore::OnClosed(const Status& status) {
  Status why = status.ok() ? Status(StatusCode::kUnavailable, "the server ended the stream") : status;
  {
    MutexLock lock(mutex_);
    if (!broken_by_.ok()) why = std::exchange(broken_by_, Status());
    if (options_.idempotent) sequencer_.OnBroken();
  }
  if (IsRefusal(why)) {
    GiveUp(why, /*refused=*/true);
  } else if (options_.idempotent) {
    OnTrouble(why);
  } else {
    GiveUpSent(why);
  }
  RefuseAfterFailure();
  MutexLock lock(mutex_);
  stream_open_ = stream_broken_ = false;
  retry_at_ = steady_clock::now() + backoff_.Next(why.retry_delay());
  work_.NotifyAll();
  done_.NotifyAll();
}

// ---------------------------------------------------------------------- own thread

void ProducerCore::Run() {
  for (;;) {
    enum class Work : uint8_t { kConnect, kRegister, kRenew, kSend } work;
    {
      MutexLock lock(mutex_);
      if (closing_) return;
      if (!stream_open_) {
        work = Work::kConnect;
      } else if (MustRegister()) {
        work = sequencer_.need() == Need::kRenewal ? Work::kRenew : Work::kRegister;
      } else {
        WaitForWork();
        work = Work::kSend;
      }
    }
    if (work == Work::kConnect) Connect();
    if (work == Work::kRegister || work == Work::kRenew) Register(work == Work::kRenew);
    SendDue();
  }
}

void ProducerCore::WaitForWork() {
  const auto deadline = queue_.LingerDeadline();
  if (!deadline) {
    work_.Wait(mutex_);
    return;
  }
  const auto now = steady_clock::now();
  // A batch whose time has come is sent by whoever gets the answer that it still waits for.
  if (*deadline <= now) {
    work_.Wait(mutex_);
  } else {
    work_.WaitFor(mutex_, std::chrono::ceil<std::chrono::microseconds>(*deadline - now));
  }
}

bool ProducerCore::WaitForRetry() {
  while (!closing_ && steady_clock::now() < retry_at_) {
    work_.WaitFor(mutex_, std::chrono::ceil<std::chrono::microseconds>(retry_at_ - steady_clock::now()));
  }
  return !closing_;
}

void ProducerCore::Connect() {
  {
    MutexLock lock(mutex_);
    if (!WaitForRetry()) return;
  }
  const Channel channel = transport_->Connect(system_clock::now() + kConnectSlice);
  if (channel == nullptr) return OnTrouble(transport_->Unreachable());
  MutexLock lock(mutex_);
  stream_ = AppendStream::Start(channel, shared_from_this());
  stream_open_ = true;
}

bool ProducerCore::MustRegister() const {
  const Need need = sequencer_.need();
  const bool needed = need == Need::kRegistration || need == Need::kRenewal;
  return needed && stopped_.ok() && fenced_.ok() &&
         (asked_number_ || sequencer_.has_resends() || !queue_.empty());
}

void ProducerCore::Register(bool renew) {
  {
    MutexLock lock(mutex_);
    if (!WaitForRetry()) return;
  }
  const Channel channel = transport_->Connect(system_clock::now() + kConnectSlice);
  if (channel == nullptr) return OnTrouble(transport_->Unreachable());
  const auto registered = registration_.Call(channel, renew, kRegisterTime);
  if (registered.ok()) {
    MutexLock lock(mutex_);
    sequencer_.OnRegistered(registered->id, registered->epoch, registered->next);
    done_.NotifyAll();
    return;
  }
  OnRegistrationRefused(registered.status());
}

void ProducerCore::OnRegistrationRefused(const Status& why) {
  if (why.reason() == "PRODUCER_FENCED") return EndFenced(why);
  if (why.reason() == "UNKNOWN_PRODUCER") {
    std::deque<Batch> lost;
    {
      MutexLock lock(mutex_);
      lost = sequencer_.OnForgotten();
    }
    for (Batch& batch : lost) Deliver(std::move(batch), Failure(AppendFate::kUnknown, why));
    return;
  }
  if (FateOf(why) == AppendFate::kRejected && why.code() != StatusCode::kUnavailable)
    return GiveUp(why, /*refused=*/true);
  OnTrouble(why);
  MutexLock lock(mutex_);
  retry_at_ = steady_clock::now() + backoff_.Next(why.retry_delay());
}

// -------------------------------------------------------------------------------------------------- outcomes

void ProducerCore::OnTrouble(const Status& why) {
  {
    MutexLock lock(mutex_);
    const auto now = steady_clock::now();
    if (!asked_number_ && !sequencer_.has_resends() && queue_.empty()) trouble_since_.reset();
    if (!trouble_since_) trouble_since_ = now;
    if (now - *trouble_since_ < options_.connect_timeout) return;
  }
  GiveUp(why, /*refused=*/false);
  RefuseAfterFailure();
}

void ProducerCore::GiveUp(const Status& why, bool refused) {
  std::deque<Batch> batches;
  std::deque<BatchSequencer::GivenUp> sent;
  {
    MutexLock lock(mutex_);
    trouble_since_.reset();
    if (asked_number_) no_number_ = why;
    done_.NotifyAll();
    sent = sequencer_.GiveUp(refused);
    batches = queue_.TakeAll();
  }
  for (auto& [batch, maybe_appended] : sent)
    Deliver(std::move(batch), Failure(maybe_appended ? AppendFate::kUnknown : AppendFate::kRejected, why));
  for (Batch& batch : batches) Deliver(std::move(batch), Failure(AppendFate::kRejected, why));
}

void ProducerCore::GiveUpSent(const Status& why) {
  std::deque<BatchSequencer::GivenUp> sent;
  {
    MutexLock lock(mutex_);
    sent = sequencer_.GiveUp(/*refused=*/false);
  }
  for (auto& [batch, maybe_appended] : sent) Deliver(std::move(batch), Failure(AppendFate::kUnknown, why));
}

void ProducerCore::EndFenced(const Status& why) {
  {
    MutexLock lock(mutex_);
    fenced_ = why;
  }
  GiveUp(why, /*refused=*/true);
}

void ProducerCore::Deliver(Batch batch, BatchOutcome outcome) {
  outcome.first_index = batch.first_index;
  outcome.count = batch.count;
  {
    MutexLock lock(mutex_);
    delivering_ = std::this_thread::get_id();
    if (outcome.fate != AppendFate::kAcknowledged) {
      if (first_failure_.ok()) first_failure_ = outcome.status;
      if (options_.stop_at_failure && stopped_.ok()) stopped_ = outcome.status;
    }
  }
  CallBack(batch, outcome);
  if (options_.on_batch) options_.on_batch(outcome);
  MutexLock lock(mutex_);
  delivering_ = {};
  window_used_ -= batch.window_bytes;
  completed_ += batch.count;
  room_.NotifyAll();
  done_.NotifyAll();
}

void ProducerCore::RefuseAfterFailure() {
  Status why;
  {
    MutexLock lock(mutex_);
    if (stopped_.ok() || sequencer_.unanswered() > 0) return;
    why = NotSent(stopped_);
  }
  GiveUp(why, /*refused=*/true);
}

}  // namespace replog::client::internal
