#include "server/core/node_record.h"

#include <nlohmann/json.hpp>

#include "server/core/json_number.h"
#include "server/core/json_time.h"

namespace replog {
namespace {

using Json = nlohmann::ordered_json;

// Numbers of 64 bits are text in the mapping, since not every language has them.
Json EncodePosition(const Position& position) {
  return {{"logUuid", position.log_uuid},
          {"lineage", std::to_string(position.lineage)},
          {"epoch", std::to_string(position.epoch)},
          {"nextSequence", std::to_string(position.next_sequence)}};
}

Position DecodePosition(const Json& object) {
  return {object.value("logUuid", std::string()), JsonNumber(object, "lineage"), JsonNumber(object, "epoch"),
          JsonNumber(object, "nextSequence")};
}

NodeRecord Decode(const Json& object) {
  NodeRecord record;
  record.log = object.value("log", std::string());
  record.node = object.value("node", std::string());
  record.fleet = object.value("fleet", std::string());
  record.channels = object.value("channels", std::vector<std::string>());
  if (object.contains("cursor")) record.cursor = DecodePosition(object.at("cursor"));
  if (object.contains("acknowledged")) {
    record.acknowledged_us = FromJsonTime(object.at("acknowledged").get<std::string>()).value_or(0);
  }
  return record;
}

}  // namespace

std::string EncodeNodeRecord(const NodeRecord& record) {
  Json object{{"log", record.log}, {"node", record.node}};
  if (!record.fleet.empty()) object["fleet"] = record.fleet;
  if (!record.channels.empty()) object["channels"] = record.channels;
  if (record.cursor) object["cursor"] = EncodePosition(*record.cursor);
  if (record.acknowledged_us != 0) object["acknowledged"] = ToJsonTime(record.acknowledged_us);
  return object.dump();
}

std::optional<NodeRecord> DecodeNodeRecord(std::string_view text) {
  // The library tells what is wrong by exceptions alone.
  try {
    return Decode(Json::parse(text));
  } catch (const std::exception&) {
    return {};
  }
}

}  // namespace replog
