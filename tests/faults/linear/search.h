#pragma once

#include <absl/container/flat_hash_set.h>

#include <algorithm>
#include <tuple>
#include <utility>

#include "tests/faults/linear/call.h"

namespace replog::linear {

enum class Verdict {
  kLinearizable,
  kNotLinearizable,
  kGaveUp,  // the search took too many steps: nobody knows
};

// Searches for an order of the calls on one object in which each takes effect at one moment between its
// invocation and its answer, and its answer is what `Model` says of that order (Wing and Gong 1993; that no
// configuration is looked at twice is Lowe's, 2017). A Model has
//   State             the object; default: as it begins. Compared with ==, hashed by Abseil
//   Request, Answer  what is asked; compared with ==; and what is told
//   static std::optional<State> Apply(const State&, const Request&, const std::optional<Answer>&)
//                     what the object is after the call; nullopt: this answer cannot be given in this state.
//                     Without an answer: after it took effect; nullopt when it has no effect
//   static bool IsBlind(const Request&)
//                     whether it can take effect in every state, and what is then does not depend on the
//                     state before, but that its sequence is higher
//   static std::string Text(const Request&), Text(const Answer&)
template <typename Model>
class Search {
 public:
  Search(const History<Model>& calls, uint64_t max_steps)
      : calls_(calls), max_steps_(max_steps), placed_((calls.size() + 63) / 64) {
    // So the first that is not placed is also the first that was answered.
    std::stable_sort(calls_.begin(), calls_.end(), [](const auto& a, const auto& b) {
      return std::pair(a.answered, a.invoked) < std::pair(b.answered, b.invoked);
    });
    for (const auto& call : calls_) unplaced_answers_ += call.answer ? 1 : 0;
  }

  Verdict Run() {
    if (Place({}, false)) return Verdict::kLinearizable;
    return steps_ > max_steps_ ? Verdict::kGaveUp : Verdict::kNotLinearizable;
  }

 private:
  using State = typename Model::State;
  using Bits = std::vector<uint64_t>;  // by index in calls_

  // Whether what is not placed yet can follow from `state`. Calls without an answer need not be placed.
  // `after_lost`: the call that was placed last has none. Then it would be as well if it never took effect,
  // but for a call that notices: no blind one needs to be tried behind it.
  bool Place(const State& state, bool after_lost) {
    if (unplaced_answers_ == 0) return true;
    if (++steps_ > max_steps_ || !seen_.emplace(placed_, state, after_lost).second) return false;
    size_t first = 0;
    while (IsPlaced(first)) ++first;
    // An answered call that changes nothing is as good now as later: there is nothing else to try beside it.
    if (const auto quiet = FindQuiet(state, first)) return PlaceNext(*quiet, state);
    for (size_t i = first; i < calls_.size(); ++i) {
      if (!MayBeNext(i, first) || HasEarlierTwin(i)) continue;
      if (after_lost && Model::IsBlind(calls_[i].request)) continue;
      const auto next = Model::Apply(state, calls_[i].request, calls_[i].answer);
      if (next && PlaceNext(i, *next)) return true;
    }
    return false;
  }

  bool PlaceNext(size_t index, const State& next) {
    Flip(index);
    unplaced_answers_ -= calls_[index].answer ? 1 : 0;
    if (Place(next, !calls_[index].answer)) return true;
    Flip(index);
    unplaced_answers_ += calls_[index].answer ? 1 : 0;
    return false;
  }

  std::optional<size_t> FindQuiet(const State& state, size_t first) const {
    for (size_t i = first; i < calls_.size() && calls_[i].answer; ++i) {
      if (MayBeNext(i, first) && Model::Apply(state, calls_[i].request, calls_[i].answer) == state) return i;
    }
    return {};
  }

  // Nothing that is not placed was answered before it was invoked.
  bool MayBeNext(size_t index, size_t first) const {
    return !IsPlaced(index) && calls_[index].invoked <= calls_[first].answered;
  }

  // Of calls without an answer that ask for the same, the one that was invoked first can take the place of
  // any.
  bool HasEarlierTwin(size_t index) const {
    if (calls_[index].answer) return false;
    for (size_t i = index; i-- > 0 && !calls_[i].answer;) {
      if (!IsPlaced(i) && calls_[i].request == calls_[index].request) return true;
    }
    return false;
  }

  bool IsPlaced(size_t index) const { return (placed_[index / 64] >> index % 64 & 1) != 0; }
  void Flip(size_t index) { placed_[index / 64] ^= uint64_t{1} << index % 64; }

  History<Model> calls_;
  const uint64_t max_steps_;
  Bits placed_;
  size_t unplaced_answers_ = 0;
  uint64_t steps_ = 0;
  absl::flat_hash_set<std::tuple<Bits, State, bool>> seen_;
};

}  // namespace replog::linear
