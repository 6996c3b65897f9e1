#include "server/core/lease_record.h"

#include <nlohmann/json.hpp>

#include "server/core/json_time.h"

namespace replog {

std::string EncodeLeaseRecord(const LeaseRecord& record) {
  nlohmann::ordered_json object{{"holder", record.holder}, {"ttl", ToJsonDuration(record.ttl_us)}};
  if (!record.instance.empty()) object["instance"] = record.instance;
  return object.dump();
}

std::optional<LeaseRecord> DecodeLeaseRecord(std::string_view text) {
  // The library tells what is wrong by exceptions alone.
  try {
    const auto object = nlohmann::json::parse(text);
    const auto ttl_us = FromJsonDuration(object.at("ttl").get<std::string>());
    if (!ttl_us) return {};
    return LeaseRecord{object.at("holder").get<std::string>(), object.value("instance", std::string()),
                       *ttl_us};
  } catch (const nlohmann::json::exception&) {
    return {};
  }
}

}  // namespace replog
