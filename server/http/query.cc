#include "server/http/query.h"

#include <algorithm>

#include "absl/strings/numbers.h"
#include "absl/strings/str_cat.h"
#include "absl/time/time.h"
#include "base/error.h"
#include "base/utf8.h"
#include "server/core/json_time.h"

namespace replog {

std::optional<std::string> QueryReader::Text(std::string_view name) {
  absl::StrAppend(&asked_, asked_.empty() ? "" : ", ", std::string(name));
  const auto found = target_.query.find(name);
  if (found == target_.query.end()) return std::nullopt;
  ++known_;
  return found->second;
}

std::optional<uint64_t> QueryReader::Number(std::string_view name) {
  const auto text = Text(name);
  if (!text) return std::nullopt;
  uint64_t number = 0;
  const bool digits = text->find_first_not_of("0123456789") == std::string::npos;
  if (digits && absl::SimpleAtoi(*text, &number)) return number;
  Refuse(name, absl::StrCat("is \"", Excerpt(*text), "\", not a number from 0 to 18446744073709551615"));
  return std::nullopt;
}

uint32_t QueryReader::Limit(std::string_view name) {
  return static_cast<uint32_t>(std::min<uint64_t>(Number(name).value_or(0), UINT32_MAX));
}

std::optional<double> QueryReader::Seconds(std::string_view name) {
  const auto text = Text(name);
  if (!text) return std::nullopt;
  double seconds = 0;
  const bool digits = text->find_first_not_of("0123456789.") == std::string::npos;
  if (digits && absl::SimpleAtod(*text, &seconds)) return seconds;
  Refuse(name, absl::StrCat("is \"", Excerpt(*text), "\", not seconds since 1970"));
  return std::nullopt;
}

std::optional<int64_t> QueryReader::TimeMicros(std::string_view name) {
  const auto text = Text(name);
  if (!text) return std::nullopt;
  const auto time_us = FromJsonTime(*text);
  if (!time_us)
    Refuse(name, absl::StrCat("is \"", Excerpt(*text), "\", not a time like 2026-01-02T03:04:05Z"));
  return time_us;
}

std::optional<int64_t> QueryReader::DurationMicros(std::string_view name, int64_t longest_us) {
  const auto text = Text(name);
  if (!text) return std::nullopt;
  absl::Duration duration;
  if (absl::ParseDuration(*text, &duration) && duration >= absl::ZeroDuration() &&
      duration <= absl::Microseconds(longest_us))
    return absl::ToInt64Microseconds(duration);
  Refuse(name, absl::StrCat("is \"", Excerpt(*text), "\", not a duration from 0s to ",
                            absl::FormatDuration(absl::Microseconds(longest_us))));
  return std::nullopt;
}

bool QueryReader::Flag(std::string_view name) {
  const auto text = Text(name);
  if (!text || *text == "0" || *text == "false") return false;
  if (text->empty() || *text == "1" || *text == "true") return true;
  Refuse(name, absl::StrCat("is \"", Excerpt(*text), "\", neither true nor false"));
  return false;
}

absl::Status QueryReader::status() const {
  if (!status_.ok() || known_ == target_.query.size()) return status_;
  for (const auto& [name, value] : target_.query) {
    if (absl::StrCat(", ", asked_, ", ").find(absl::StrCat(", ", name, ", ")) != std::string::npos) continue;
    const std::string shown = Excerpt(name);
    return MakeError(Reason::kInvalidField,
                     absl::StrCat(shown, ": is not a query parameter here; these are: ", asked_),
                     {{"field", shown}});
  }
  return status_;
}

void QueryReader::Refuse(std::string_view name, std::string_view why) {
  const std::string field(name);
  status_.Update(
      MakeError(Reason::kInvalidField, absl::StrCat(field, ": ", std::string(why)), {{"field", field}}));
}

}  // namespace replog
