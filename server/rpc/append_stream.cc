#include "server/rpc/append_stream.h"

#include "base/error.h"
#include "proto/wire/record_view.h"
#include "server/api/convert.h"
#include "server/api/error_status.h"
#include "server/rpc/buffers.h"
#include "server/rpc/call_watch.h"
#include "server/rpc/status_map.h"

namespace replog {

AppendStream* AppendStream::Create(LogService& service, const Gate& gate,
                                   const grpc::CallbackServerContext& context, StreamRegistry& streams) {
  std::shared_ptr<AppendStream> stream(
      new AppendStream(service, streams, OriginOf(context), gate.connections().Begin(context.peer())));
  stream->self_ = stream;
  const bool serving = streams.Add(stream);
  if (const auto status = stream->Admit(gate, context); !status.ok()) stream->StopWith(status);
  {
    MutexLock lock(stream->mutex_);
    stream->Pump();
  }
  if (!serving) stream->Stop();
  return stream.get();
}

absl::Status AppendStream::Admit(const Gate& gate, const grpc::CallbackServerContext& context) {
  const auto caller = gate.Enter<v1::AppendRequest>(context);
  if (!caller.ok()) return caller.status();
  auto slot = caller->OpenStream();
  if (!slot.ok()) return slot.status();
  {
    MutexLock lock(mutex_);
    slot_ = *std::move(slot);
  }
  if (auto status = SetCaller(*caller); !status.ok()) return status;
  watch_ = gate.access().WatchGrants(
      *caller,
      [weak = weak_from_this()](const Caller& now) {
        const auto stream = weak.lock();
        return stream == nullptr ? absl::OkStatus() : stream->SetCaller(now);
      },
      [weak = weak_from_this()](const absl::Status& status) {
        if (const auto stream = weak.lock()) stream->StopWith(status);
      });
  return absl::OkStatus();
}

absl::Status AppendStream::SetCaller(const Caller& now) {
  MutexLock lock(mutex_);
  caller_ = now;
  if (auto status = now.CheckAny(Access::kAppend); !status.ok()) return status;
  return used_.CheckStillGranted(now);
}

void AppendStream::Remember(const AppendRequest& request) {
  if (caller_->HasAllChannels(Access::kAppend, request.log)) return used_.AddAll(request.log);
  request.ForEachRecord([&](std::string_view record) TSA_NO_THREAD_SAFETY_ANALYSIS {
    used_.Add(*caller_, request.log, wire::ChannelOf(record));
  });
}

void AppendStream::OnDone() {
  watch_.reset();
  streams_.Remove(this);
  const auto last = std::move(self_);  // may delete this, when it goes out of scope
}

void AppendStream::OnReadDone(bool ok) {
  std::string encoded = ok ? Flatten(incoming_) : std::string();
  MutexLock lock(mutex_);
  reading_ = false;
  if (ok && !no_more_reads_) {
    Take(std::move(encoded));
  } else {
    no_more_reads_ = true;
  }
  Pump();
}

void AppendStream::Take(std::string encoded) {
  const uint64_t ticket = first_ticket_ + slots_.size();
  slots_.push_back({std::nullopt, encoded.size() + kSlotOverhead});
  under_way_bytes_ += slots_.back().bytes;
  auto request = ParseGrantedAppend(*caller_, std::move(encoded), service_.options().limits);
  if (!request.ok()) {
    if (ReasonOf(request.status()) == Reason::kMalformed) {
      // Not a message: nothing that follows can be trusted to be what the client meant.
      under_way_bytes_ -= slots_.back().bytes;
      slots_.pop_back();
      no_more_reads_ = true;
      end_ = request.status();
      return;
    }
    return AnswerLocked(ticket, request.status());
  }
  auto log = service_.logs().FindForChange(request->log);
  if (!log.ok()) return AnswerLocked(ticket, log.status());
  if (watch_ != nullptr) Remember(*request);
  const auto done = [self = shared_from_this(), ticket](const absl::StatusOr<Appended>& outcome) {
    self->Answer(ticket, outcome);
  };
  Submit({*std::move(log), *std::move(request), done, origin_});
}

void AppendStream::Submit(PendingAppend append) {
  const auto on_room = [weak = weak_from_this()] {
    if (const auto stream = weak.lock()) stream->OnRoom();
  };
  switch (service_.appends().TryPut(append, on_room)) {
    case AppendQueue::Offer::kTaken:
      return;
    case AppendQueue::Offer::kFull:
      parked_ = std::move(append);
      return;
    case AppendQueue::Offer::kClosed:
      // The last slot is this one's: nothing is read while one is parked.
      AnswerLocked(first_ticket_ + slots_.size() - 1,
                   MakeError(Reason::kShuttingDown, "the server is stopping; nothing was written"));
  }
}

void AppendStream::OnRoom() {
  MutexLock lock(mutex_);
  if (!parked_.has_value()) return;
  PendingAppend append = *std::move(parked_);
  parked_.reset();
  Submit(std::move(append));
  Pump();
}

void AppendStream::Answer(uint64_t ticket, const absl::StatusOr<Appended>& outcome) {
  MutexLock lock(mutex_);
  AnswerLocked(ticket, outcome);
  Pump();
}

void AppendStream::AnswerLocked(uint64_t ticket, const absl::StatusOr<Appended>& outcome) {
  v1::AppendStreamResponse response;
  if (outcome.ok()) {
    FillAppendResponse(*outcome, *response.mutable_appended());
  } else {
    *response.mutable_error() = ToRpcStatus(outcome.status());
  }
  Slot& slot = slots_[ticket - first_ticket_];
  slot.answer = Concatenate({}, response);
  // The request is gone; a client that does not read its answers holds them, and is not read from in its
  // turn.
  under_way_bytes_ -= slot.bytes;
  slot.bytes = slot.answer->Length() + kSlotOverhead;
  under_way_bytes_ += slot.bytes;
}

AppendStream::Slot AppendStream::PopSlot() {
  Slot slot = std::move(slots_.front());
  slots_.pop_front();
  ++first_ticket_;
  under_way_bytes_ -= slot.bytes;
  return slot;
}

void AppendStream::Pump() {
  if (finished_) return;
  while (broken_ && !slots_.empty() && slots_.front().answer.has_value()) PopSlot();
  if (!writing_ && !broken_ && !slots_.empty() && slots_.front().answer.has_value()) {
    outgoing_ = *std::move(PopSlot().answer);
    writing_ = true;
    StartWrite(&outgoing_);
  }
  if (!reading_ && !no_more_reads_ && !parked_.has_value() && under_way_bytes_ < kMaxUnderWayBytes) {
    reading_ = true;
    StartRead(&incoming_);
  }
  const bool all_answered = slots_.empty() && !writing_;
  if (no_more_reads_ && !writing_ && (all_answered || broken_)) {
    finished_ = true;
    slot_ = StreamSlot();
    Finish(ToGrpcStatus(end_));
  }
}

void AppendStream::OnWriteDone(bool ok) {
  MutexLock lock(mutex_);
  writing_ = false;
  if (!ok) broken_ = no_more_reads_ = true;
  Pump();
}

void AppendStream::OnCancel() {
  MutexLock lock(mutex_);
  broken_ = no_more_reads_ = true;
  Pump();
}

void AppendStream::Stop() {
  StopWith(MakeError(Reason::kShuttingDown, "the server is stopping; what was not answered was not written"));
}

void AppendStream::StopWith(const absl::Status& status) {
  MutexLock lock(mutex_);
  end_.Update(status);
  no_more_reads_ = true;
  if (parked_.has_value()) {
    parked_.reset();
    AnswerLocked(first_ticket_ + slots_.size() - 1, end_);
  }
  Pump();
}

}  // namespace replog
