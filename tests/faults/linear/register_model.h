#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <utility>

#include "tests/faults/linear/sequence_sight.h"

namespace replog::linear {

// A key of a log's table, as a register with compare-and-set; see Search for what a model is.
struct RegisterModel {
  struct Request {
    enum class Kind : uint8_t {
      kRead,         // Lookup
      kPut,          // Append
      kDelete,       // Append of a tombstone
      kPutIf,        // Append on the condition that the key's newest record is `expected`
      kPutIfAbsent,  // Append on the condition that the key does not exist
    };
    Kind kind = Kind::kRead;
    uint64_t value = 0;    // what is written; no two writes have the same
    int64_t expected = 0;  // of kPutIf
    friend bool operator==(const Request&, const Request&) = default;
  };
  struct Answer {
    bool refused = false;  // the condition failed
    // Of a write: of its record. Of a read and a refusal: of the key's newest record; absent without one, and
    // when a read finds the key deleted.
    std::optional<int64_t> sequence;
    uint64_t value = 0;    // of a read that found one
    bool deleted = false;  // of a refusal
  };
  struct State {
    bool exists = false;
    uint64_t value = 0;  // 0 unless it exists
    SequenceSight sequence;

    friend bool operator==(const State&, const State&) = default;
    template <typename H>
    friend H AbslHashValue(H h, const State& state) {
      return H::combine(std::move(h), state.exists, state.value, state.sequence);
    }
  };

  static std::optional<State> Apply(const State& state, const Request& request,
                                    const std::optional<Answer>& answer);
  static bool IsBlind(const Request& request) {
    return request.kind == Request::Kind::kPut || request.kind == Request::Kind::kDelete;
  }
  static std::string Text(const Request& request);
  static std::string Text(const Answer& answer);
};

}  // namespace replog::linear
