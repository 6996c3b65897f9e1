#include "base/http/target.h"

#include <charconv>

namespace replog::http {
namespace {

// The byte that the two hexadecimal digits at the beginning of `digits` mean.
std::optional<char> DecodeEscape(std::string_view digits) {
  if (digits.size() < 2) return std::nullopt;
  unsigned char byte = 0;
  const char* end = digits.data() + 2;
  const auto [stopped, error] = std::from_chars(digits.data(), end, byte, 16);
  if (error != std::errc() || stopped != end) return std::nullopt;
  return static_cast<char>(byte);
}

std::optional<std::string> Decode(std::string_view text, bool plus_is_space) {
  std::string decoded;
  decoded.reserve(text.size());
  for (size_t i = 0; i < text.size(); ++i) {
    if (text[i] == '%') {
      const auto byte = DecodeEscape(text.substr(i + 1));
      if (!byte) return std::nullopt;
      decoded += *byte;
      i += 2;
    } else {
      decoded += text[i] == '+' && plus_is_space ? ' ' : text[i];
    }
  }
  return decoded;
}

// Adds what stands behind each slash.
bool AddSegments(std::string_view path, Target& target) {
  while (!path.empty()) {
    path.remove_prefix(1);
    const std::string_view encoded = path.substr(0, path.find('/'));
    auto segment = Decode(encoded, false);
    if (!segment) return false;
    target.path.append("/").append(*segment);
    target.segments.push_back(*std::move(segment));
    path.remove_prefix(encoded.size());
  }
  return true;
}

// Adds one `name=value` or `name`.
bool AddParameter(std::string_view parameter, Target& target) {
  const size_t equals = parameter.find('=');
  const auto name = Decode(parameter.substr(0, equals), true);
  const auto value =
      Decode(equals == std::string_view::npos ? std::string_view() : parameter.substr(equals + 1), true);
  return name && value && target.query.emplace(*name, *value).second;
}

}  // namespace

std::optional<Target> ParseTarget(std::string_view text) {
  if (!text.starts_with('/')) return std::nullopt;
  const size_t mark = text.find('?');
  Target target;
  if (!AddSegments(text.substr(0, mark), target)) return std::nullopt;
  std::string_view query = mark == std::string_view::npos ? std::string_view() : text.substr(mark + 1);
  while (!query.empty()) {
    const size_t end = query.find('&');
    const std::string_view parameter = query.substr(0, end);
    if (!parameter.empty() && !AddParameter(parameter, target)) return std::nullopt;
    query = end == std::string_view::npos ? std::string_view() : query.substr(end + 1);
  }
  return target;
}

}  // namespace replog::http
