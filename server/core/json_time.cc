#include "server/core/json_time.h"

#include <algorithm>
#include <charconv>
#include <cstdio>

#include "absl/time/time.h"

namespace replog {
namespace {

constexpr int64_t kMicrosPerSecond = 1'000'000;

std::optional<int64_t> DecodeNumber(std::string_view digits) {
  int64_t number = 0;
  const char* const end = digits.data() + digits.size();
  const auto [stopped, error] = std::from_chars(digits.data(), end, number);
  if (error != std::errc() || stopped != end || number < 0) return {};
  return number;
}

}  // namespace

std::string ToJsonTime(int64_t time_us) {
  return absl::FormatTime("%Y-%m-%d%ET%H:%M:%E6SZ", absl::FromUnixMicros(time_us), absl::UTCTimeZone());
}

std::optional<int64_t> FromJsonTime(std::string_view text) {
  absl::Time time;
  if (!absl::ParseTime(absl::RFC3339_full, absl::string_view(text.data(), text.size()), &time, nullptr))
    return {};
  return absl::ToUnixMicros(time);
}

std::string ToJsonDuration(int64_t micros) {
  const auto seconds = static_cast<long long>(micros / kMicrosPerSecond);
  const auto rest = static_cast<int>(micros % kMicrosPerSecond);
  char text[40];
  if (rest == 0) {
    std::snprintf(text, sizeof text, "%llds", seconds);
  } else if (rest % 1000 == 0) {
    std::snprintf(text, sizeof text, "%lld.%03ds", seconds, rest / 1000);
  } else {
    std::snprintf(text, sizeof text, "%lld.%06ds", seconds, rest);
  }
  return text;
}

std::optional<int64_t> FromJsonDuration(std::string_view text) {
  constexpr int64_t kMostSeconds = 315'576'000'000;  // a duration's range
  if (!text.ends_with('s')) return {};
  text.remove_suffix(1);
  const size_t point = std::min(text.find('.'), text.size());
  std::string fraction(point < text.size() ? text.substr(point + 1) : "0");
  fraction.resize(6, '0');
  const auto seconds = DecodeNumber(text.substr(0, point));
  const auto micros = DecodeNumber(fraction);
  if (!seconds || !micros || *seconds > kMostSeconds) return {};
  return *seconds * kMicrosPerSecond + *micros;
}

}  // namespace replog
