#include "client/internal/batch_sequencer.h"

#include <utility>

#include "client/append.h"
#include "proto/wire/producer_stamp.h"

namespace replog::client::internal {
namespace {

template <typename T>
void Append(std::deque<T>& to, std::deque<T> from) {
  for (T& element : from) to.push_back(std::move(element));
}

// Whether a batch that was sent under `number` has taken its numbers.
bool Consumed(const v1::AppendResponse& answer, uint64_t number) {
  return !answer.has_producer_next_sequence() || answer.producer_next_sequence() != number;
}

}  // namespace

BatchSequencer::Need BatchSequencer::need() const {
  if (!idempotent_) return Need::kNothing;
  const bool waits = !unanswered_.empty() && (rewound_ || !registered_);
  if (waits) return Need::kAnswers;
  if (!registered_) return id_ == 0 ? Need::kRegistration : Need::kRenewal;
  return Need::kNothing;
}

std::string BatchSequencer::Send(Batch batch) {
  return Stamp({std::move(batch), std::nullopt, /*lost=*/false});
}

std::string BatchSequencer::SendAgain() {
  Sent sent = std::move(resends_.front());
  resends_.pop_front();
  return Stamp(std::move(sent));
}

std::string BatchSequencer::Stamp(Sent sent) {
  std::string stamp;
  if (idempotent_) {
    if (!sent.number) sent.number = std::exchange(next_, next_ + sent.batch.count);
    wire::AppendProducerStamp(stamp, wire::kRequestProducerField,
                              {.id = id_, .epoch = epoch_, .first_sequence = *sent.number, .outcomes = {}});
  }
  unanswered_.push_back(std::move(sent));
  return stamp;
}

BatchSequencer::Verdict BatchSequencer::OnAnswer(const v1::AppendStreamResponse& answer,
                                                 const Status& error) {
  if (!idempotent_) return Verdict::kOutcome;
  Sent& oldest = unanswered_.front();
  if (error.ok()) {
    const bool consumed = Consumed(answer.appended(), *oldest.number);
    // In a run of duplicates none consumes a number, and whatever is sent behind one comes back.
    max_unanswered_ = consumed ? kMaxUnanswered : 1;
    if (!consumed) Rewind(*oldest.number);
    return Verdict::kOutcome;
  }
  if (error.reason() == "PRODUCER_FENCED") return Verdict::kFenced;
  if (error.reason() == "PRODUCER_UNKNOWN_BATCH") return Verdict::kOutcome;
  const bool came_back = CameBack(error);
  // Whatever the server is too busy or too broken for now, it can be asked again later.
  if (!came_back && error.code() == StatusCode::kUnavailable) return Verdict::kBreak;
  registered_ = false;
  Rewind(*oldest.number);
  if (!came_back) return Verdict::kOutcome;
  oldest.number.reset();
  returned_.push_back(std::move(oldest));
  unanswered_.pop_front();
  Settle();
  return Verdict::kSendAgain;
}

bool BatchSequencer::CameBack(const Status& error) const {
  if (error.reason() == "PRODUCER_GAP") return true;
  if (unanswered_.front().lost) return false;
  if (error.reason() == "UNKNOWN_PRODUCER") return true;
  // Some things the server refuses before it looks at the number; but outcomes come in order.
  return error.code() != StatusCode::kUnavailable && !returned_.empty();
}

bool BatchSequencer::IsRepetition(const v1::AppendResponse& answer) const {
  const auto& number = unanswered_.front().number;
  return number && !answer.has_first_sequence() && Consumed(answer, *number);
}

Batch BatchSequencer::TakeAnswered() {
  Batch batch = std::move(unanswered_.front().batch);
  unanswered_.pop_front();
  Settle();
  return batch;
}

void BatchSequencer::Rewind(uint64_t number) {
  if (!rewound_) rewound_ = number;
}

void BatchSequencer::Settle() {
  if (!rewound_ || !unanswered_.empty()) return;
  next_ = *std::exchange(rewound_, std::nullopt);
  for (Sent& sent : resends_) sent.number.reset();
  Append(returned_, std::exchange(resends_, {}));
  resends_ = std::exchange(returned_, {});
}

void BatchSequencer::OnBroken() {
  for (Sent& sent : unanswered_) sent.lost = true;
  Append(returned_, std::exchange(unanswered_, {}));
  Append(returned_, std::exchange(resends_, {}));
  resends_ = std::exchange(returned_, {});
  rewound_.reset();
  max_unanswered_ = kMaxUnanswered;
  if (!resends_.empty()) registered_ = false;
}

void BatchSequencer::OnRegistered(uint64_t id, uint64_t epoch, uint64_t next) {
  const bool same = id == id_;
  for (Sent& sent : resends_) {
    // What was not appended under an older epoch never will be.
    const bool appended = same && sent.number && *sent.number + sent.batch.count <= next;
    if (!appended) sent.number.reset();
    sent.lost = appended;
  }
  id_ = id;
  epoch_ = epoch;
  next_ = next;
  registered_ = true;
}

std::deque<BatchSequencer::GivenUp> BatchSequencer::GiveUp(bool refused) {
  for (Sent& sent : unanswered_) sent.lost |= !refused;
  Append(returned_, std::exchange(unanswered_, {}));
  Append(returned_, std::exchange(resends_, {}));
  std::deque<GivenUp> given_up;
  for (Sent& sent : std::exchange(returned_, {})) given_up.push_back({std::move(sent.batch), sent.lost});
  if (!given_up.empty()) registered_ = false;
  rewound_.reset();
  return given_up;
}

std::deque<Batch> BatchSequencer::OnForgotten() {
  id_ = 0;
  registered_ = false;
  std::deque<Batch> lost;
  std::deque<Sent> rest;
  for (Sent& sent : std::exchange(resends_, {})) {
    if (sent.lost) {
      lost.push_back(std::move(sent.batch));
    } else {
      rest.push_back(std::move(sent));
    }
  }
  resends_ = std::move(rest);
  return lost;
}

}  // namespace replog::client::internal
