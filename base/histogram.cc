#include "base/histogram.h"

#include <algorithm>

namespace replog {

void Histogram::Add(uint64_t value, uint64_t times) {
  const auto bound = std::ranges::lower_bound(bounds_, value);
  counts_[static_cast<size_t>(bound - bounds_.begin())].Add(times);
  sum_.Add(value * times);
}

Histogram::Reading Histogram::Read() const {
  Reading reading{.bounds = bounds_, .sum = sum_.value()};
  for (size_t i = 0; i <= bounds_.size(); ++i) reading.counts.push_back(counts_[i].value());
  return reading;
}

}  // namespace replog
