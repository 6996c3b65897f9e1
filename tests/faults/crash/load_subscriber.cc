#include "tests/faults/crash/load_subscriber.h"

namespace replog::testing {

LoadSubscriber::LoadSubscriber(const std::string& address, Ledger& ledger, Gate& gate)
    : ledger_(ledger), gate_(gate), client_(address) {
  thread_ = std::thread(&LoadSubscriber::Run, this);
}

void LoadSubscriber::Cancel() {
  MutexLock lock(mutex_);
  cancelled_ = true;
  if (context_ != nullptr) context_->TryCancel();
}

void LoadSubscriber::Run() {
  uint64_t generation = 0;
  while (gate_.WaitOpen(generation)) Subscribe();
}

v1::SubscribeRequest LoadSubscriber::Request() const {
  v1::SubscribeRequest request;
  request.set_log(ledger_.log());
  if (!position_) {
    request.set_from_sequence(next_.value());
  } else {
    *request.mutable_from_position() = *position_;
    request.mutable_from_position()->set_next_sequence(next_.value());
  }
  return request;
}

void LoadSubscriber::Subscribe() {
  for (bool again = true; again;) {
    grpc::ClientContext context;
    context.set_wait_for_ready(true);
    {
      MutexLock lock(mutex_);
      if (cancelled_) return;
      context_ = &context;
    }
    const auto stream = client_.log_stub().Subscribe(&context, Request());
    v1::SubscribeResponse frame;
    while (stream->Read(&frame)) Take(frame);
    const grpc::Status status = stream->Finish();
    {
      MutexLock lock(mutex_);
      context_ = nullptr;
    }
    // Trimmed away from under a reader that was behind: it goes on where the log begins now.
    again = ReasonOf(status) == "BELOW_FIRST_KEPT";
    if (again) {
      const uint64_t kept = client_.GetLog(ledger_.log()).first_kept_sequence();
      if (kept <= next_.value()) return ledger_.failures().Add(ledger_.log() + ": " + status.error_message());
      position_.reset();
      AdvanceTo(kept);
    } else {
      Ended(status);
    }
  }
}

void LoadSubscriber::Ended(const grpc::Status& status) {
  if (status.error_code() == grpc::StatusCode::UNAVAILABLE ||
      status.error_code() == grpc::StatusCode::CANCELLED)
    return;
  ledger_.failures().Add(ledger_.log() + ": a subscription at " + std::to_string(next_.value()) +
                         " ended with: " + status.error_message());
}

void LoadSubscriber::Take(const v1::SubscribeResponse& frame) {
  uint64_t next = next_.value();
  for (const v1::Record& record : frame.records()) {
    if (record.sequence() != next) {
      ledger_.failures().Add(ledger_.log() + ": a subscriber got " + std::to_string(record.sequence()) +
                             " instead of " + std::to_string(next));
    }
    ledger_.Seen(record);
    next = record.sequence() + 1;
  }
  if (frame.next_sequence() != next) {
    ledger_.failures().Add(ledger_.log() + ": a frame that ends at " + std::to_string(next) + " says " +
                           std::to_string(frame.next_sequence()));
  }
  if (frame.has_position()) position_ = frame.position();
  AdvanceTo(next);
}

}  // namespace replog::testing
