#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <span>
#include <vector>

#include "base/counter.h"

namespace replog {

// How many values fell into which range, and their sum: what latencies and sizes are judged by. Values are
// whole numbers of a unit that the owner names. Adding is a search and two relaxed additions. Thread-safe; a
// reading that overlaps an addition may have a part of it.
class Histogram {
 public:
  static constexpr size_t kMaxBounds = 24;

  // `bounds`: ascending, at most kMaxBounds; must outlive the histogram. A value belongs to the first bound
  // that it does not exceed.
  explicit Histogram(std::span<const uint64_t> bounds) : bounds_(bounds) {}

  // Adds the value, as often as `times`.
  void Add(uint64_t value, uint64_t times = 1);

  struct Reading {
    std::span<const uint64_t> bounds;
    std::vector<uint64_t> counts;  // one for each bound, and one for what exceeds the last
    uint64_t sum = 0;
  };
  Reading Read() const;

 private:
  const std::span<const uint64_t> bounds_;
  std::array<Counter, kMaxBounds + 1> counts_;
  Counter sum_;
};

// Bounds in microseconds, from what a fast disk takes for a sync to what nobody waits for.
inline constexpr std::array<uint64_t, 20> kLatencyBoundsUs = {
    25,    50,    75,     100,    150,    200,     300,     500,       750,       1'000,
    2'000, 5'000, 10'000, 20'000, 50'000, 100'000, 250'000, 1'000'000, 2'500'000, 10'000'000};
// Bounds of what takes as long as people and networks do.
inline constexpr std::array<uint64_t, 12> kCallBoundsUs = {
    100, 250, 500, 1'000, 2'500, 10'000, 25'000, 100'000, 250'000, 1'000'000, 5'000'000, 30'000'000};
// Bounds of numbers of things.
inline constexpr std::array<uint64_t, 11> kCountBounds = {1,     4,      16,     64,      256,      1'024,
                                                          4'096, 16'384, 65'536, 262'144, 1'048'576};
// Bounds of bytes.
inline constexpr std::array<uint64_t, 9> kByteBounds = {256,       1 << 10, 4 << 10, 16 << 10, 64 << 10,
                                                        256 << 10, 1 << 20, 4 << 20, 16 << 20};

}  // namespace replog
