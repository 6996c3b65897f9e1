#pragma once

#include <optional>
#include <string>
#include <string_view>

#include "storage/model/log_store.h"

namespace replog {

// What the system log keeps of a log's settings; see LogRecord in replog/v1/system.proto.
struct SettingsRecord {
  std::string log;  // its name
  LogSettings settings;

  bool operator==(const SettingsRecord&) const = default;
};

// The channel of the system log in which settings are; the key is the log's uuid.
inline constexpr std::string_view kLogsChannel = "logs";

// The JSON text, as protobuf's own mapping has it.
std::string EncodeSettingsRecord(const SettingsRecord& record);
// Nullopt when it is not one. Members that are not known are passed over.
std::optional<SettingsRecord> DecodeSettingsRecord(std::string_view text);

}  // namespace replog
