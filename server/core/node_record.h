#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "storage/model/epoch_table.h"

namespace replog {

// What the system log keeps of a node; see NodeRecord in replog/v1/system.proto.
struct NodeRecord {
  std::string log;  // its name
  std::string node;
  std::string fleet;
  std::vector<std::string> channels;  // none: all
  std::optional<Position> cursor;
  int64_t acknowledged_us = 0;  // by the wall clock; 0: never

  bool operator==(const NodeRecord&) const = default;
};

// The channel of the system log in which node records are.
inline constexpr std::string_view kNodesChannel = "nodes";

// The JSON text, as protobuf's own mapping has it.
std::string EncodeNodeRecord(const NodeRecord& record);
// Nullopt when it is not one. Members that are not known are passed over.
std::optional<NodeRecord> DecodeNodeRecord(std::string_view text);

}  // namespace replog
