#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

namespace replog {

// A time as protobuf's JSON mapping has it, in UTC and microseconds: 2026-01-02T03:04:05.000006Z.
std::string ToJsonTime(int64_t time_us);
// Nullopt when it is not one.
std::optional<int64_t> FromJsonTime(std::string_view text);

// A duration, not negative, as the mapping has it: decimal seconds with no, three or six digits behind the
// point, and an `s`.
std::string ToJsonDuration(int64_t micros);
// Nullopt when it is not one. Digits behind microseconds are dropped.
std::optional<int64_t> FromJsonDuration(std::string_view text);

}  // namespace replog
