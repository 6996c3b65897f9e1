#include "server/core/producer_record.h"

#include <nlohmann/json.hpp>

#include "server/core/json_number.h"
#include "server/core/json_time.h"

namespace replog {
namespace {

using Json = nlohmann::ordered_json;

std::optional<ProducerRecord> Decode(const Json& object) {
  ProducerRecord record;
  record.log = object.value("log", std::string());
  record.name = object.value("name", std::string());
  record.id = JsonNumber(object, "id");
  record.epoch = JsonNumber(object, "epoch");
  record.instance = object.value("instance", std::string());
  record.registered_us = FromJsonTime(object.value("registered", std::string())).value_or(0);
  if (record.name.empty() || record.id == 0 || record.epoch == 0) return {};
  return record;
}

}  // namespace

std::string EncodeProducerRecord(const ProducerRecord& record) {
  Json object{{"log", record.log},
              {"name", record.name},
              {"id", std::to_string(record.id)},
              {"epoch", std::to_string(record.epoch)}};
  if (!record.instance.empty()) object["instance"] = record.instance;
  object["registered"] = ToJsonTime(record.registered_us);
  return object.dump();
}

std::optional<ProducerRecord> DecodeProducerRecord(std::string_view text) {
  // The library tells what is wrong by exceptions alone.
  try {
    return Decode(Json::parse(text));
  } catch (const std::exception&) {
    return {};
  }
}

}  // namespace replog
