#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <utility>

#include "tests/faults/linear/sequence_sight.h"

namespace replog::linear {

// A lease whose terms do not end by themselves; see Search for what a model is.
struct LeaseModel {
  struct Request {
    enum class Kind : uint8_t { kAcquire, kRenew, kRelease, kGet };
    Kind kind = Kind::kGet;
    std::string holder;  // of kAcquire
    int64_t token = 0;   // of kRenew and kRelease
    friend bool operator==(const Request&, const Request&) = default;
  };
  struct Answer {
    bool refused = false;  // LEASE_HELD, LEASE_NOT_HELD
    // Who holds it, as the answer tells. Of kRelease: nobody, unless it is refused.
    std::string holder;  // empty: nobody
    std::optional<int64_t> token;
  };
  struct State {
    std::string holder;   // empty: nobody
    SequenceSight token;  // the newest; it only grows

    friend bool operator==(const State&, const State&) = default;
    template <typename H>
    friend H AbslHashValue(H h, const State& state) {
      return H::combine(std::move(h), state.holder, state.token);
    }
  };

  static std::optional<State> Apply(const State& state, const Request& request,
                                    const std::optional<Answer>& answer);
  static bool IsBlind(const Request& /*request*/) { return false; }
  static std::string Text(const Request& request);
  static std::string Text(const Answer& answer);
};

}  // namespace replog::linear
