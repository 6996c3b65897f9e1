#include "client/cli/lease_token.h"

#include <charconv>

namespace replog::cli {
namespace {

bool TakeNumber(std::string_view text, uint64_t& number) {
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), number);
  return error == std::errc() && end == text.data() + text.size();
}

}  // namespace

std::string FormatLeaseToken(const client::LeaseToken& token) {
  return token.name + "=" + std::to_string(token.lineage) + ":" + std::to_string(token.sequence);
}

std::optional<client::LeaseToken> ParseLeaseToken(std::string_view text) {
  const size_t equals = text.rfind('=');
  const size_t colon = text.rfind(':');
  if (equals == std::string_view::npos || colon == std::string_view::npos || colon < equals) return {};
  client::LeaseToken token{.name = std::string(text.substr(0, equals))};
  if (token.name.empty() || !TakeNumber(text.substr(equals + 1, colon - equals - 1), token.lineage) ||
      !TakeNumber(text.substr(colon + 1), token.sequence))
    return {};
  return token;
}

const CLI::Validator& IsLeaseToken() {
  static const CLI::Validator kValidator(
      [](const std::string& text) -> std::string {
        if (ParseLeaseToken(text)) return {};
        return "\"" + text + "\" is not a lease's token, as in leader=0:41";
      },
      "NAME=LINEAGE:SEQUENCE");
  return kValidator;
}

}  // namespace replog::cli
