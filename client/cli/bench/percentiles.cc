#include "client/cli/bench/percentiles.h"

#include <algorithm>
#include <cmath>

namespace replog::cli {

nlohmann::ordered_json PercentilesUs(std::vector<int64_t> samples_ns) {
  if (samples_ns.empty()) return nullptr;
  std::sort(samples_ns.begin(), samples_ns.end());
  const auto at = [&samples_ns](double part) {
    const auto rank = static_cast<size_t>(std::ceil(part * static_cast<double>(samples_ns.size())));
    return static_cast<double>(samples_ns[std::max<size_t>(rank, 1) - 1]) / 1e3;
  };
  return {{"p50", at(0.5)}, {"p90", at(0.9)}, {"p99", at(0.99)}, {"p99.9", at(0.999)}, {"max", at(1.0)}};
}

}  // namespace replog::cli
