#include "client/internal/producer_core.h"

#include <algorithm>

#include "client/internal/conversion.h"
#include "client/internal/new_record_encoder.h"
#include "client/internal/status_conversion.h"

namespace replog::client::internal {
namespace {

using std::chrono::steady_clock;
using std::chrono::system_clock;

// How long the own thread waits at a stretch for a connection, so that a producer that is closing need not
// wait long.
constexpr std::chrono::milliseconds kConnectSlice{200};
// How long a server may take to end a stream on which everything is answered.
constexpr std::chrono::seconds kCloseTime{1};

BatchOutcome OutcomeOf(const v1::AppendStreamResponse& answer) {
  BatchOutcome outcome;
  if (answer.has_appended()) {
    outcome.fate = AppendFate::kAcknowledged;
    outcome.first_sequence = answer.appended().first_sequence();
    outcome.time = FromProto(answer.appended().time());
  } else {
    outcome.status = FromRpcStatus(answer.error());
    outcome.fate = FateOf(outcome.status);
  }
  return outcome;
}

BatchOutcome Failure(AppendFate fate, const Status& status) {
  BatchOutcome outcome;
  outcome.fate = fate;
  outcome.status = status;
  return outcome;
}

// Why a record was not sent after another one failed.
Status NotSent(const Status& failure) {
  return {StatusCode::kAborted, "not sent, because an earlier append failed: " + failure.ToString(),
          reason::kNotSent};
}

void CallBack(Batch& batch, const BatchOutcome& batch_outcome) {
  for (auto& [offset, callback] : batch.callbacks) {
    AppendOutcome outcome{batch_outcome.fate, 0, batch_outcome.time, batch_outcome.status};
    if (outcome.fate == AppendFate::kAcknowledged) outcome.sequence = batch_outcome.first_sequence + offset;
    callback(outcome);
  }
}

}  // namespace

ProducerCore::ProducerCore(std::shared_ptr<Transport> transport, ProducerOptions options)
    : transport_(std::move(transport)),
      options_(std::move(options)),
      queue_(options_, transport_->LogName(options_.log)),
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
    while (stopped_.ok() && !HasRoom(size)) {
      if (!wait || delivering_ == std::this_thread::get_id()) {
        return {StatusCode::kResourceExhausted, "the producer's window is full", reason::kWouldBlock};
      }
      room_.Wait(mutex_);
    }
    if (!stopped_.ok()) return NotSent(stopped_);
    const auto now = Now();
    const bool was_empty = queue_.empty();
    queue_.Add(record, size, std::move(callback), now);
    window_used_ += size;
    if (was_empty && options_.linger.count() > 0) work_.NotifyAll();
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

// ---------------------------------------------------------------------- sending

ProducerCore::Outgoing ProducerCore::TakeDue(steady_clock::time_point now) {
  const bool may_send = stream_ != nullptr && stopped_.ok();
  if (!may_send || !queue_.IsDue(unanswered_.size(), now) || !stream_->Reserve()) return {};
  Batch batch = queue_.Take();
  Outgoing outgoing{stream_, std::move(batch.request)};
  unanswered_.push_back(std::move(batch));
  return outgoing;
}

void ProducerCore::Write(Outgoing outgoing) {
  if (outgoing.stream != nullptr) outgoing.stream->Write(std::move(outgoing.request));
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

steady_clock::time_point ProducerCore::Now() const {
  return options_.linger.count() > 0 ? steady_clock::now() : steady_clock::time_point();
}

void ProducerCore::OnAnswer(const v1::AppendStreamResponse& answer) {
  Batch batch;
  {
    MutexLock lock(mutex_);
    if (unanswered_.empty())
      return;  // an answer to nothing; what follows will not match either and be unknown
    batch = std::move(unanswered_.front());
    unanswered_.pop_front();
    backoff_.Reset();
  }
  SendDue();
  Deliver(std::move(batch), OutcomeOf(answer));
  RefuseAfterFailure();
}

void ProducerCore::OnDetached() {
  MutexLock lock(mutex_);
  stream_ = nullptr;
}

void ProducerCore::OnClosed(const Status& status) {
  std::deque<Batch> lost;
  {
    MutexLock lock(mutex_);
    lost = std::exchange(unanswered_, {});
  }
  const Status why = status.ok() ? Status(StatusCode::kUnavailable, "the server ended the stream") : status;
  // What was sent and not answered may be in the log, unless the server cannot even have looked at it.
  const bool refused = why.code() == StatusCode::kUnimplemented ||
                       why.code() == StatusCode::kUnauthenticated ||
                       why.code() == StatusCode::kPermissionDenied;
  for (Batch& batch : lost) {
    Deliver(std::move(batch), Failure(refused ? AppendFate::kRejected : AppendFate::kUnknown, why));
  }
  RefuseAfterFailure();
  MutexLock lock(mutex_);
  stream_open_ = false;
  retry_at_ = steady_clock::now() + backoff_.Next(status.retry_delay());
  work_.NotifyAll();
  done_.NotifyAll();
}

// ---------------------------------------------------------------------- own thread

void ProducerCore::Run() {
  for (;;) {
    bool connect = false;
    {
      MutexLock lock(mutex_);
      if (closing_) return;
      connect = !stream_open_;
      if (!connect) WaitForWork();
    }
    if (connect) {
      Connect();
    } else {
      SendDue();
    }
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

void ProducerCore::Connect() {
  auto give_up = steady_clock::now() + options_.connect_timeout;
  for (;;) {
    {
      MutexLock lock(mutex_);
      while (!closing_ && steady_clock::now() < retry_at_) {
        work_.WaitFor(mutex_, std::chrono::ceil<std::chrono::microseconds>(retry_at_ - steady_clock::now()));
      }
      if (closing_) return;
    }
    if (const Channel channel = transport_->Connect(system_clock::now() + kConnectSlice)) {
      {
        MutexLock lock(mutex_);
        stream_ = AppendStream::Start(channel, shared_from_this());
        stream_open_ = true;
      }
      SendDue();
      return;
    }
    if (steady_clock::now() < give_up) continue;
    give_up = steady_clock::now() + options_.connect_timeout;
    RefuseQueue(UnreachableError(transport_->options()));
    RefuseAfterFailure();
  }
}

// -------------------------------------------------------------------------------------------------- outcomes

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

void ProducerCore::RefuseQueue(const Status& why) {
  std::deque<Batch> batches;
  {
    MutexLock lock(mutex_);
    batches = queue_.TakeAll();
  }
  for (Batch& batch : batches) Deliver(std::move(batch), Failure(AppendFate::kRejected, why));
}

void ProducerCore::RefuseAfterFailure() {
  Status why;
  {
    MutexLock lock(mutex_);
    if (stopped_.ok() || !unanswered_.empty()) return;
    why = NotSent(stopped_);
  }
  RefuseQueue(why);
}

}  // namespace replog::client::internal
