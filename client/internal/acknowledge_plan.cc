#include "client/internal/acknowledge_plan.h"

#include <algorithm>
#include <utility>

namespace replog::client::internal {

void AcknowledgePlan::DueAt(TimePoint when) { due_ = due_ ? std::min(*due_, when) : when; }

void AcknowledgePlan::Applied(uint64_t next, Urgency urgency, TimePoint now) {
  applied_ = next;
  asked_ |= urgency == Urgency::kAsked;
  if (!Pending()) return;
  const bool many = next - settled_.value_or(0) >= pace_.sequences;
  if (asked_ || (urgency == Urgency::kReplaying && many)) {
    DueAt(now);
  } else if (urgency == Urgency::kReplaying) {
    DueAt(now + pace_.interval);
  } else {
    DueAt(last_made_ ? std::max(now, *last_made_ + pace_.caught_up_spacing) : now);
  }
}

void AcknowledgePlan::Answer(CheckpointAnswer answer, TimePoint now) {
  checkpoint_ = std::move(answer);
  DueAt(now);
}

void AcknowledgePlan::Restart() {
  applied_.reset();
  settled_.reset();
  checkpoint_.reset();
  due_.reset();
  asked_ = false;
  void_ = under_way_.has_value();
}

std::optional<AcknowledgePlan::TimePoint> AcknowledgePlan::wake() const {
  if (under_way_ || !Pending() || !due_) return std::nullopt;
  return not_before_ ? std::max(*due_, *not_before_) : *due_;
}

std::optional<AcknowledgePlan::Acknowledgement> AcknowledgePlan::Next(TimePoint now) {
  const auto when = wake();
  if (!when || *when > now) return std::nullopt;
  last_made_ = now;
  return Last();
}

std::optional<AcknowledgePlan::Acknowledgement> AcknowledgePlan::Last() {
  if (under_way_ || !Pending()) return std::nullopt;
  asked_ = false;
  due_.reset();
  not_before_.reset();
  under_way_ = Acknowledgement{*applied_, std::exchange(checkpoint_, std::nullopt)};
  return under_way_;
}

void AcknowledgePlan::Answered(std::optional<TimePoint> retry) {
  Acknowledgement made = *std::exchange(under_way_, std::nullopt);
  if (std::exchange(void_, false)) return;
  not_before_ = retry;
  if (!retry) {
    settled_ = made.next_sequence;
    if (!Pending()) due_.reset();
    return;
  }
  asked_ = true;
  if (!checkpoint_) checkpoint_ = std::move(made.checkpoint);
  DueAt(*retry);
}

}  // namespace replog::client::internal
