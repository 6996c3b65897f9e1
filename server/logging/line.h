#pragma once

#include <cstdint>
#include <nlohmann/json.hpp>
#include <string>
#include <string_view>

namespace replog {

// How a line of the log is written.
enum class LogFormat : uint8_t {
  kText,  // 2026-11-21T15:03:35.123456Z info message key=value key="a value"
  kJson,  // {"time":"2026-11-21T15:03:35.123456Z","level":"info","message":"message","key":"value"}
};

// What a line tells beside its message, by name, in order: an object of plain values.
using LogFields = nlohmann::ordered_json;

// A message with its fields as one text, in which they pass through spdlog; FormatLine takes it apart again.
std::string WithFields(std::string_view message, const LogFields& fields);

// One line, its end included. Whatever the payload holds, it stays one line: control characters are escaped,
// and what is not UTF-8 is replaced. `time_us` is of the wall clock.
std::string FormatLine(LogFormat format, int64_t time_us, std::string_view level, std::string_view payload);

}  // namespace replog
