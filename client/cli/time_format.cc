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
  if (!absl::ParseTime(absl::RFC3339_full, absl::string_view(text.data(), text.size()), &time, &error)) {
    return std::nullopt;
  }
  return client::Time(std::chrono::microseconds(absl::ToUnixMicros(time)));
}

}  // namespace replog::cli
