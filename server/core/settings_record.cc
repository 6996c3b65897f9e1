#include "server/core/settings_record.h"

#include <nlohmann/json.hpp>

#include "server/core/json_time.h"

namespace replog {
namespace {

using Json = nlohmann::ordered_json;

constexpr char kSync[] = "DURABILITY_SYNC";
constexpr char kOs[] = "DURABILITY_OS";

std::optional<LogSettings> DecodeSettings(const Json& object) {
  const auto durability = object.at("durability").get<std::string>();
  const auto retention_age_us = FromJsonDuration(object.at("retentionAge").get<std::string>());
  const auto dedupe_window_us = FromJsonDuration(object.at("dedupeWindow").get<std::string>());
  if ((durability != kSync && durability != kOs) || !retention_age_us || !dedupe_window_us) return {};
  return LogSettings{.durability = durability == kOs ? Durability::kOs : Durability::kSync,
                     .retention_age_us = *retention_age_us,
                     .retention_bytes = std::stoull(object.at("retentionBytes").get<std::string>()),
                     .retention_records = std::stoull(object.at("retentionRecords").get<std::string>()),
                     .dedupe_window_us = *dedupe_window_us};
}

}  // namespace

std::string EncodeSettingsRecord(const SettingsRecord& record) {
  const LogSettings& settings = record.settings;
  // Numbers of 64 bits are text in the mapping, since not every language has them.
  const Json object{{"log", record.log},
                    {"settings",
                     {{"durability", settings.durability == Durability::kOs ? kOs : kSync},
                      {"retentionAge", ToJsonDuration(settings.retention_age_us)},
                      {"retentionBytes", std::to_string(settings.retention_bytes)},
                      {"retentionRecords", std::to_string(settings.retention_records)},
                      {"dedupeWindow", ToJsonDuration(settings.dedupe_window_us)}}}};
  return object.dump();
}

std::optional<SettingsRecord> DecodeSettingsRecord(std::string_view text) {
  // The library tells what is wrong by exceptions alone.
  try {
    const auto object = Json::parse(text);
    const auto settings = DecodeSettings(object.at("settings"));
    if (!settings) return {};
    return SettingsRecord{object.at("log").get<std::string>(), *settings};
  } catch (const std::exception&) {
    return {};
  }
}

}  // namespace replog
