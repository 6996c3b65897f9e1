#include "server/logging/line.h"

#include <algorithm>

#include "absl/strings/ascii.h"
#include "absl/strings/str_cat.h"
#include "absl/time/time.h"

namespace replog {
namespace {

// ASCII's unit separator: between a message and its fields.
constexpr char kSeparator = '\x1f';

struct Parts {
  std::string_view message;
  LogFields fields = LogFields::object();
};

Parts TakeApart(std::string_view payload) {
  const size_t at = payload.find(kSeparator);
  if (at == std::string_view::npos) return {payload};
  auto fields = LogFields::parse(payload.substr(at + 1), nullptr, false);
  if (!fields.is_object()) return {payload};
  return {payload.substr(0, at), std::move(fields)};
}

std::string Dump(const LogFields& value) {
  return value.dump(-1, ' ', false, LogFields::error_handler_t::replace);
}

std::string Time(int64_t time_us) {
  return absl::FormatTime("%Y-%m-%dT%H:%M:%E6SZ", absl::FromUnixMicros(time_us), absl::UTCTimeZone());
}

std::string Json(int64_t time_us, std::string_view level, const Parts& parts) {
  LogFields line{{"time", Time(time_us)}, {"level", level}, {"message", parts.message}};
  for (const auto& [name, value] : parts.fields.items()) {
    if (!line.contains(name)) line[name] = value;
  }
  return Dump(line) + "\n";
}

// As JSON would have it, without the quotes around it.
std::string Escaped(std::string_view text) {
  const std::string quoted = Dump(text);
  return quoted.substr(1, quoted.size() - 2);
}

bool IsWord(std::string_view text) {
  return !text.empty() && std::all_of(text.begin(), text.end(), [](unsigned char c) {
    return absl::ascii_isgraph(c) && c != '"' && c != '=' && c != '\\';
  });
}

std::string TextValue(const LogFields& value) {
  const auto* text = value.get_ptr<const std::string*>();
  return text != nullptr && IsWord(*text) ? *text : Dump(value);
}

std::string Text(int64_t time_us, std::string_view level, const Parts& parts) {
  const bool plain = std::none_of(parts.message.begin(), parts.message.end(), absl::ascii_iscntrl);
  std::string line = Time(time_us).append(" ").append(level).append(" ");
  line.append(plain ? parts.message : Escaped(parts.message));
  for (const auto& [name, value] : parts.fields.items())
    absl::StrAppend(&line, " ", name, "=", TextValue(value));
  return line + "\n";
}

}  // namespace

std::string WithFields(std::string_view message, const LogFields& fields) {
  return std::string(message) + kSeparator + Dump(fields);
}

std::string FormatLine(LogFormat format, int64_t time_us, std::string_view level, std::string_view payload) {
  const Parts parts = TakeApart(payload);
  return format == LogFormat::kJson ? Json(time_us, level, parts) : Text(time_us, level, parts);
}

}  // namespace replog
