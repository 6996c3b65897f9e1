#include "server/core/json_time.h"

#include "absl/time/time.h"

namespace replog {

std::string ToJsonTime(int64_t time_us) {
  return absl::FormatTime("%Y-%m-%d%ET%H:%M:%E6SZ", absl::FromUnixMicros(time_us), absl::UTCTimeZone());
}

std::optional<int64_t> FromJsonTime(std::string_view text) {
  absl::Time time;
  if (!absl::ParseTime(absl::RFC3339_full, absl::string_view(text.data(), text.size()), &time, nullptr))
    return {};
  return absl::ToUnixMicros(time);
}

}  // namespace replog
