#include "server/history/quantile.h"

#include <limits>
#include <numeric>

namespace replog {
namespace {

std::vector<uint64_t> Added(const Histogram::Reading& before, const Histogram::Reading& now) {
  std::vector<uint64_t> added = now.counts;
  for (size_t i = 0; i < std::min(added.size(), before.counts.size()); ++i)
    added[i] -= std::min(added[i], before.counts[i]);
  return added;
}

}  // namespace

double QuantileBetween(const Histogram::Reading& before, const Histogram::Reading& now, double q) {
  const std::vector<uint64_t> added = Added(before, now);
  const auto total = std::accumulate(added.begin(), added.end(), uint64_t{0});
  if (total == 0) return std::numeric_limits<double>::quiet_NaN();
  const double wanted = q * double(total);
  double below = 0;
  for (size_t i = 0; i < now.bounds.size(); ++i) {
    const double here = double(added[i]);
    if (here > 0 && below + here >= wanted) {
      const double lower = i == 0 ? 0 : double(now.bounds[i - 1]);
      return lower + (double(now.bounds[i]) - lower) * (wanted - below) / here;
    }
    below += here;
  }
  return double(now.bounds.back());
}

}  // namespace replog
