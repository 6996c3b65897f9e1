#include "client/cli/time_format.h"

#include "absl/time/time.h"

namespace replog::cli {

std::string FormatTime(client::Time time) {
  const absl::Time absolute = absl::FromUnixMicros(time.time_since_epoch().count());
  return absl::FormatTime("%Y-%m-%dT%H:%M:%E*SZ", absolute, absl::UTCTimeZone());
}

std::optional<client::Time> ParseTime(std::string_view text) {
  absl::Time time;
  std::string error;
  const absl::string_view view(text.data(), text.size());
  // Abseil takes "infinite-future" for a time.
  if (!absl::ParseTime(absl::RFC3339_full, view, &time, &error) || time == absl::InfiniteFuture() ||
      time == absl::InfinitePast()) {
    return std::nullopt;
  }
  return client::Time(std::chrono::microseconds(absl::ToUnixMicros(time)));
}

}  // namespace replog::cli
