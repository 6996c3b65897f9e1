#pragma once

#include <cstdint>
#include <optional>
#include <utility>

namespace replog::linear {

// What an order of calls tells of the sequence of an object's newest record. A write whose answer was lost
// has a sequence that nobody knows before a later answer tells it.
struct SequenceSight {
  int64_t value = -1;  // -1: there is no record
  bool exact = true;   // false: it is higher than `value`

  bool none() const { return exact && value < 0; }
  bool CanBe(int64_t sequence) const { return exact ? sequence == value && value >= 0 : sequence > value; }
  // A newer record's can be.
  bool CanGrowTo(int64_t sequence) const { return sequence > value; }
  static SequenceSight Exactly(int64_t sequence) { return {sequence, true}; }
  // A newer record's, which is not known.
  SequenceSight Grown() const { return {value, false}; }

  friend bool operator==(const SequenceSight&, const SequenceSight&) = default;
  template <typename H>
  friend H AbslHashValue(H h, const SequenceSight& sight) {
    return H::combine(std::move(h), sight.value, sight.exact);
  }
};

}  // namespace replog::linear
