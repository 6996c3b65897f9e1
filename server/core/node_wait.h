#pragma once

#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "absl/status/status.h"

// What calls that wait for nodes have in common.
namespace replog {

inline constexpr size_t kMaxWaitedNodes = 1'000;
inline constexpr int64_t kDefaultSyncWaitUs = 1'000'000;
inline constexpr int64_t kMaxWaitUs = 60'000'000;

// Whom to wait for: `nodes`, or those of `fleet`, or all. INVALID_FIELD.
absl::Status CheckWaitedNodes(const std::vector<std::string>& nodes, std::string_view fleet);

}  // namespace replog
