#include "server/core/producer_judge.h"

#include <algorithm>

#include "absl/strings/str_cat.h"
#include "base/error.h"

namespace replog {
namespace {

absl::Status Refusal(StampVerdict verdict, const ProducerState& state, uint64_t registered,
                     const wire::ProducerStamp& stamp, uint32_t count) {
  const auto number = [](uint64_t value) { return std::to_string(value); };
  switch (verdict) {
    case StampVerdict::kFenced:
      return MakeError(Reason::kProducerFenced,
                       absl::StrCat("producer.epoch: is ", stamp.epoch, ", but epoch ", registered,
                                    " of the producer was registered; nothing was written"),
                       {{"field", "producer.epoch"}, {"epoch", number(registered)}});
    case StampVerdict::kGap:
      return MakeError(Reason::kProducerGap,
                       absl::StrCat("producer.first_sequence: is ", stamp.first_sequence,
                                    ", the producer's next is ", state.next, "; nothing was written"),
                       {{"field", "producer.first_sequence"}, {"expected_sequence", number(state.next)}});
    case StampVerdict::kForgotten:
      return MakeError(Reason::kProducerUnknownBatch,
                       absl::StrCat("producer.first_sequence: is ", stamp.first_sequence,
                                    ", remembered is what became of the producer's records from ",
                                    state.oldest(), " on; nothing was written now"),
                       {{"field", "producer.first_sequence"}, {"oldest_sequence", number(state.oldest())}});
    case StampVerdict::kOverlaps:
      return MakeError(Reason::kInvalidField,
                       absl::StrCat("producer.first_sequence: is ", stamp.first_sequence, " in a batch of ",
                                    count, ", but the producer's next is ", state.next,
                                    ": a batch is sent again as it was; nothing was written"),
                       {{"field", "producer.first_sequence"}, {"expected_sequence", number(state.next)}});
    default:
      return MakeError(Reason::kUnknownProducer,
                       absl::StrCat("producer: ", stamp.id, " with epoch ", stamp.epoch,
                                    " is not registered at this log; nothing was written"),
                       {{"field", "producer"}});
  }
}

}  // namespace

StampVerdict JudgeStamp(const ProducerState& state, std::optional<uint64_t> registered,
                        const wire::ProducerStamp& stamp, uint32_t count) {
  if (!registered || stamp.epoch > *registered) return StampVerdict::kUnknownProducer;
  // Before everything else: a fenced producer's numbers may by now stand for another's records.
  if (stamp.epoch < *registered || stamp.epoch < state.epoch) return StampVerdict::kFenced;
  if (stamp.first_sequence == state.next) return StampVerdict::kNext;
  if (stamp.first_sequence > state.next) return StampVerdict::kGap;
  if (stamp.first_sequence + count > state.next) return StampVerdict::kOverlaps;
  return stamp.first_sequence >= state.oldest() ? StampVerdict::kRepeated : StampVerdict::kForgotten;
}

absl::StatusOr<StampVerdict> ProducerJudge::Judge(LogNumber log, const wire::ProducerStamp& stamp,
                                                  uint32_t count, std::optional<uint64_t> registered) {
  // Whoever is not registered must not make the store read.
  if (!registered) return Refusal(StampVerdict::kUnknownProducer, {}, 0, stamp, count);
  auto known = known_.find({log, stamp.id});
  if (known == known_.end()) {
    auto state = cache_.Get(log, stamp.id);
    if (!state.ok()) return state.status();
    known = known_.insert({{log, stamp.id}, {*std::move(state)}}).first;
  }
  const ProducerState& state = known->second.state;
  const StampVerdict verdict = JudgeStamp(state, registered, stamp, count);
  if (verdict == StampVerdict::kNext || verdict == StampVerdict::kRepeated) return verdict;
  return Refusal(verdict, state, std::max(*registered, state.epoch), stamp, count);
}

std::vector<ProducerState::Outcome> ProducerJudge::Repeated(LogNumber log, const wire::ProducerStamp& stamp,
                                                            uint32_t count) const {
  return known_.at({log, stamp.id}).state.OutcomesOf(stamp.first_sequence, count);
}

void ProducerJudge::Apply(LogNumber log, const wire::ProducerStamp& stamp, Sequence first, int64_t time_us) {
  Known& known = known_.at({log, stamp.id});
  known.state.Apply(stamp, first, time_us);
  known.changed = true;
}

std::vector<ProducerUpdate> ProducerJudge::Updates(LogNumber log) const {
  std::vector<ProducerUpdate> updates;
  for (const auto& [key, known] : known_) {
    if (key.first == log && known.changed) updates.push_back({key.second, known.state});
  }
  return updates;
}

}  // namespace replog
