#include "client/cli/duration.h"

#include <array>
#include <charconv>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <utility>

namespace replog::cli {
namespace {

using std::chrono::milliseconds;

constexpr double kMostSeconds = 86'400;

constexpr std::array<std::pair<std::string_view, uint64_t>, 5> kUnits{
    {{"ms", 1}, {"s", 1'000}, {"m", 60'000}, {"h", 3'600'000}, {"d", 86'400'000}}};

std::optional<uint64_t> Parse(std::string_view text) {
  uint64_t number = 0;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), number);
  if (error != std::errc()) return std::nullopt;
  const std::string_view unit(end, static_cast<size_t>(text.data() + text.size() - end));
  for (const auto& [name, each] : kUnits) {
    if (unit == name && number <= UINT64_MAX / each) return number * each;
  }
  return std::nullopt;
}

std::string TextOf(milliseconds duration) {
  const auto ms = static_cast<uint64_t>(duration.count());
  std::string text = std::to_string(ms) + "ms";
  for (const auto& [name, each] : kUnits) {
    if (ms > 0 && ms % each == 0) text = std::to_string(ms / each) + std::string(name);
  }
  return text;
}

}  // namespace

CLI::Validator Duration(milliseconds least, milliseconds most) {
  const auto transform = [least, most](std::string& text) {
    const auto ms = Parse(text);
    const bool in_range =
        ms && *ms >= static_cast<uint64_t>(least.count()) && *ms <= static_cast<uint64_t>(most.count());
    if (!in_range) {
      const std::string upper = most == milliseconds::max() ? " or more" : " to " + TextOf(most);
      return "\"" + text + "\" is not a duration of " + TextOf(least) + upper +
             ", as in 500ms, 5s, 90m, 12h or 7d";
    }
    text = std::to_string(*ms);
    return std::string();
  };
  return CLI::Validator(transform, "DURATION");
}

CLI::Validator Seconds() {
  const auto check = [](const std::string& text) {
    double seconds = 0;
    const bool is_number = CLI::detail::lexical_cast(text, seconds);
    if (is_number && seconds > 0 && seconds <= kMostSeconds) return std::string();
    return "\"" + text + "\" is not a number of seconds above 0 and at most 86400, as in 5 or 0.5";
  };
  return CLI::Validator(check, "SECONDS");
}

}  // namespace replog::cli
