#pragma once

#include <cstdint>
#include <nlohmann/json.hpp>
#include <vector>

namespace replog::cli {

// {"p50":…,"p90":…,"p99":…,"p99.9":…,"max":…} in microseconds; null for no samples. Each is the smallest
// sample that so many are not above.
nlohmann::ordered_json PercentilesUs(std::vector<int64_t> samples_ns);

}  // namespace replog::cli
