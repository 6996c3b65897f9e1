#pragma once

#include <algorithm>
#include <cstdint>
#include <string>
#include <string_view>

#include "absl/status/statusor.h"

// What `expires` of a record that is appended may be.
namespace replog {

// A record may expire at most this long after it is sequenced: ten years.
inline constexpr int64_t kMaxExpiryDays = 3'653;

// When the first and the last of some records expire: microseconds since 1970.
struct ExpiryBounds {
  int64_t first_us = INT64_MAX;
  int64_t last_us = INT64_MIN;

  void Add(int64_t expires_us) {
    first_us = std::min(first_us, expires_us);
    last_us = std::max(last_us, expires_us);
  }
};

// Reads an encoded Timestamp, rounded down to microseconds; `path` is what errors name.
absl::StatusOr<int64_t> ParseExpires(std::string_view encoded, const std::string& path);

// Whether a record that is sequenced at `now_us` may expire then: later, and not too much later.
absl::Status CheckExpires(int64_t expires_us, const std::string& path, int64_t now_us);

}  // namespace replog
