#pragma once

#include <optional>
#include <string>
#include <string_view>

#include "client/record.h"

namespace replog::cli {

// RFC 3339 in UTC, as in "2004-12-25T00:05:00.123456Z"; without a fraction when it is zero.
std::string FormatTime(client::Time time);
// RFC 3339 with any offset; nullopt when it is not. Digits after microseconds are dropped.
std::optional<client::Time> ParseTime(std::string_view text);

}  // namespace replog::cli
