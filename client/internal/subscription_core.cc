#include "client/internal/subscription_core.h"

#include <grpcpp/support/slice.h>

#include "base/error.h"

namespace replog::client::internal {
namespace {

std::string_view BytesOf(const grpc::Slice& slice) {
  return {reinterpret_cast<const char*>(slice.begin()), slice.size()};
}

// The frame in one piece; copies only when it came in several.
bool InOnePiece(const grpc::ByteBuffer& frame, grpc::Slice& slice) {
  return frame.TrySingleSlice(&slice).ok() || frame.DumpToSingleSlice(&slice).ok();
}

Status CancelledStatus() {
  return {StatusCode::kCancelled, "the subscription was cancelled", reason::kCancelled};
}

// Null for a subscriber that is no node.
std::shared_ptr<Acknowledger> AcknowledgerOf(const std::shared_ptr<Transport>& transport,
                                             const SubscriptionOptions& options) {
  if (options.node.empty()) return nullptr;
  const AcknowledgePlan::Pace pace{options.acknowledge_interval, options.acknowledge_records};
  return std::make_shared<Acknowledger>(transport, transport->LogName(options.log), options.node, pace);
}

}  // namespace

SubscriptionCore::SubscriptionCore(std::shared_ptr<Transport> transport, SubscriptionOptions options)
    : options_(std::move(options)),
      resume_(options_, transport->LogName(options_.log)),
      backoff_(transport->options().backoff, transport->NewSeed()),
      acknowledger_(AcknowledgerOf(transport, options_)),
      transport_(std::move(transport)) {
  if (options_.delivery == DeliveryThread::kOwn) worker_.emplace();
}

// ---------------------------------------------------------------------- from outside

void SubscriptionCore::Cancel() {
  cancelled_ = true;
  MutexLock lock(mutex_);
  if (stream_ != nullptr) stream_->Cancel();
  if (!between_attempts_) return;  // the step that is under way, or the stream's end, sees cancelled_
  between_attempts_ = false;
  auto end = [self = shared_from_this()] { self->End(CancelledStatus()); };
  worker_ ? worker_->Post(std::move(end)) : transport_->timer().Schedule(Clock::now(), std::move(end));
}

Status SubscriptionCore::Wait() {
  MutexLock lock(mutex_);
  while (!end_) done_.Wait(mutex_);
  return *end_;
}

bool SubscriptionCore::InCallback() {
  MutexLock lock(mutex_);
  return in_callback_ == std::this_thread::get_id();
}

std::optional<Position> SubscriptionCore::position() {
  MutexLock lock(mutex_);
  return position_;
}

uint64_t SubscriptionCore::reconnects() {
  MutexLock lock(mutex_);
  return attempts_ > 0 ? attempts_ - 1 : 0;
}

void SubscriptionCore::PostInTurn(std::function<void()> run) {
  worker_->Post([self = shared_from_this(), run = std::move(run)] {
    {
      MutexLock lock(self->mutex_);
      self->in_callback_ = std::this_thread::get_id();
    }
    run();
    MutexLock lock(self->mutex_);
    self->in_callback_ = {};
  });
}

Status SubscriptionCore::Acknowledge(uint64_t next_sequence) {
  if (acknowledger_ == nullptr) {
    return {StatusCode::kInvalidArgument, "node: is missing; only a node acknowledges",
            ReasonName(Reason::kInvalidField)};
  }
  acknowledger_->Applied(next_sequence, Acknowledger::Urgency::kAsked);
  return {};
}

std::optional<uint64_t> SubscriptionCore::cursor() {
  return acknowledger_ == nullptr ? std::nullopt : acknowledger_->cursor();
}

Status SubscriptionCore::acknowledge_status() {
  return acknowledger_ == nullptr ? Status() : acknowledger_->status();
}

// ---------------------------------------------------------------------- from the stream

bool SubscriptionCore::OnFrame(const grpc::ByteBuffer& frame) {
  if (worker_) return Enqueue(frame);
  {
    MutexLock lock(mutex_);
    last_heard_ = Clock::now();
    reading_ = false;
  }
  HandleFrame(frame);
  MutexLock lock(mutex_);
  reading_ = true;
  reading_since_ = Clock::now();
  return true;
}

bool SubscriptionCore::Enqueue(const grpc::ByteBuffer& frame) {
  MutexLock lock(mutex_);
  last_heard_ = Clock::now();
  reading_ = ++queued_frames_ < kMaxQueuedFrames;
  reading_since_ = last_heard_;
  // Posted under the lock: once the worker can ask for more, the next frame may come on another thread, and
  // must not overtake this one.
  worker_->Post([self = shared_from_this(), frame = frame] {
    self->HandleFrame(frame);
    self->FrameHandled();
  });
  return reading_;
}

void SubscriptionCore::FrameHandled() {
  MutexLock lock(mutex_);
  --queued_frames_;
  if (reading_ || stream_ == nullptr || queued_frames_ != kMaxQueuedFrames - 1) return;
  reading_ = true;
  reading_since_ = Clock::now();
  stream_->ReadMore();
}

void SubscriptionCore::OnDetached() {
  MutexLock lock(mutex_);
  stream_ = nullptr;
  reading_ = false;
}

void SubscriptionCore::OnClosed(const Status& status) {
  if (worker_) {
    worker_->Post([self = shared_from_this(), status] { self->HandleClosed(status); });
  } else {
    HandleClosed(status);
  }
}

// ---------------------------------------------------------------------- the steps

void SubscriptionCore::Attempt() {
  MutexLock lock(mutex_);
  if (attempts_ > 0 && !between_attempts_) return;  // Cancel came first
  between_attempts_ = false;
  ++attempts_;
  silent_ = false;
  channel_ = transport_->Current();
  reading_ = true;
  reading_since_ = Clock::now();
  stream_ = SubscribeStream::Start(channel_, resume_.Begin(), shared_from_this());
  NotePosition();
  ScheduleWatch(reading_since_ + options_.watchdog, attempts_);
}

void SubscriptionCore::HandleFrame(grpc::ByteBuffer frame) {
  if (cancelled_) return;
  {
    MutexLock lock(mutex_);
    if (!violation_.ok()) return;
    in_callback_ = std::this_thread::get_id();
  }
  backoff_.Reset();
  grpc::Slice slice;
  if (InOnePiece(frame, slice)) {
    frame.Clear();
    Deliver(BytesOf(slice));
  } else {
    Violation("a frame could not be read");
  }
  MutexLock lock(mutex_);
  in_callback_ = {};
}

void SubscriptionCore::Deliver(std::string_view frame) {
  FrameTrailer trailer;
  if (resume_.TakeReset()) {
    if (acknowledger_) acknowledger_->Restart();
    if (options_.on_reset) options_.on_reset();
  }
  uint64_t records = 0;
  bool in_order = true;
  const FrameWalk walk = WalkFrame(frame, trailer, [&](const RecordView& record) {
    if (cancelled_.load(std::memory_order_relaxed)) return false;
    in_order = resume_.Admit(record.sequence());
    if (!in_order) return false;
    if (options_.on_record) options_.on_record(record);
    ++records;
    return true;
  });
  if (walk == FrameWalk::kMalformed) return Violation("a frame is malformed");
  if (!in_order) return Violation("a record is out of order, repeated, or missing before another");
  if (walk == FrameWalk::kStopped || cancelled_) return;
  if (trailer.digest_checkpoint && *trailer.digest_checkpoint != trailer.next_sequence)
    return Violation("a digest_checkpoint is not where its frame ends");
  if (!resume_.Complete(trailer)) return Violation("a frame's next_sequence does not fit its records");
  {
    MutexLock lock(mutex_);
    NotePosition();
  }
  if (options_.on_frame) {
    options_.on_frame({records, trailer.next_sequence, trailer.committed_end, trailer.caught_up,
                       trailer.table_complete, trailer.acknowledge, resume_.position()});
  }
  if (trailer.caught_up && options_.on_caught_up && !cancelled_) options_.on_caught_up(trailer.next_sequence);
  const bool passed_over = std::exchange(caught_up_, trailer.caught_up) && records == 0;
  // A callback that cancels may have found that it cannot apply the frame.
  if (acknowledger_ && !resume_.loading() && !cancelled_) NoteApplied(trailer, passed_over);
}

void SubscriptionCore::NoteApplied(const FrameTrailer& trailer, bool passed_over) {
  using Urgency = Acknowledger::Urgency;
  if (trailer.digest_checkpoint && options_.digests) {
    acknowledger_->Answer({trailer.next_sequence, options_.digests(trailer.next_sequence)});
  } else if (options_.auto_acknowledge) {
    // A cursor that passes over what others write is no news to anybody who has not asked.
    const Urgency when_unasked = trailer.caught_up && !passed_over ? Urgency::kCaughtUp : Urgency::kReplaying;
    acknowledger_->Applied(trailer.next_sequence, trailer.acknowledge ? Urgency::kAsked : when_unasked);
  }
}

void SubscriptionCore::NotePosition() {
  if (const Position* position = resume_.position()) {
    position_ = *position;
  } else {
    position_.reset();
  }
}

void SubscriptionCore::Violation(const char* what) {
  MutexLock lock(mutex_);
  violation_ =
      Status(StatusCode::kInternal, std::string("the server broke the contract: ") + what, reason::kProtocol);
  if (stream_ != nullptr) stream_->Cancel();
}

void SubscriptionCore::HandleClosed(const Status& status) {
  Status why = status;
  {
    MutexLock lock(mutex_);
    if (!violation_.ok()) why = violation_;
    if (silent_) why = Status(StatusCode::kUnavailable, "the server was silent for too long");
  }
  // A table begins again; what is due of the one before must not be acknowledged meanwhile.
  if (acknowledger_ && HistoryLost(why)) acknowledger_->Restart();
  if (cancelled_) {
    End(CancelledStatus());
  } else if (why.ok() && resume_.AtEnd()) {
    End(Status());
  } else if (why.reason() == reason::kProtocol || !resume_.TriesAgain(why)) {
    End(why);
  } else {
    Retry(why.ok() ? Status(StatusCode::kUnavailable, "the server ended the stream") : why);
  }
}

void SubscriptionCore::Retry(const Status& why) {
  const auto delay = backoff_.Next(why.retry_delay());
  bool give_up;
  {
    MutexLock lock(mutex_);
    transport_->Advance(channel_);
    give_up =
        options_.give_up_after.count() > 0 && Clock::now() + delay > last_heard_ + options_.give_up_after;
    in_callback_ = std::this_thread::get_id();
  }
  if (give_up) return End(why);
  if (options_.on_retry) options_.on_retry(why, delay);
  if (!ScheduleAttempt(delay)) End(CancelledStatus());
}

bool SubscriptionCore::ScheduleAttempt(std::chrono::milliseconds delay) {
  MutexLock lock(mutex_);
  in_callback_ = {};
  if (cancelled_) return false;
  // A Cancel that comes after this finds it set, and ends the subscription itself.
  between_attempts_ = true;
  transport_->timer().Schedule(Clock::now() + delay, [weak = weak_from_this()] {
    if (const auto self = weak.lock()) self->Attempt();
  });
  return true;
}

void SubscriptionCore::End(const Status& status) {
  if (acknowledger_ == nullptr) return Finish(status);
  // Under a name that is another's now, and of what the log has not, nothing more is acknowledged.
  const bool last_words = status.reason() != ReasonName(Reason::kSuperseded) && !HistoryLost(status);
  acknowledger_->Finish(last_words, [self = shared_from_this(), status] {
    if (!self->worker_) return self->Finish(status);
    self->worker_->Post([self, status] { self->Finish(status); });
  });
}

void SubscriptionCore::Finish(const Status& status) {
  {
    MutexLock lock(mutex_);
    in_callback_ = std::this_thread::get_id();
  }
  if (options_.on_end) options_.on_end(status);
  std::shared_ptr<Transport> transport;
  {
    MutexLock lock(mutex_);
    channel_.reset();
    transport = std::move(transport_);
  }
  transport.reset();  // without the lock: it waits for the timer, which may wait for the lock
  MutexLock lock(mutex_);
  in_callback_ = {};
  end_ = status;
  done_.NotifyAll();
}

// ---------------------------------------------------------------------- watchdog

void SubscriptionCore::ScheduleWatch(Clock::time_point when, uint64_t attempt) {
  transport_->timer().Schedule(when, [weak = weak_from_this(), attempt] {
    if (const auto self = weak.lock()) self->Watch(attempt);
  });
}

void SubscriptionCore::Watch(uint64_t attempt) {
  MutexLock lock(mutex_);
  if (attempt != attempts_ || stream_ == nullptr) return;
  // While nothing is read, because a callback takes its time, silence says nothing about the server.
  const auto now = Clock::now();
  const auto next = (reading_ ? reading_since_ : now) + options_.watchdog;
  if (next > now) return ScheduleWatch(next, attempt);
  silent_ = true;
  stream_->Cancel();
}

}  // namespace replog::client::internal
