#pragma once

#include <optional>
#include <string>
#include <string_view>

#include "storage/model/producer_state.h"

namespace replog {

// What the system log keeps of a producer; see ProducerRecord in replog/v1/system.proto.
struct ProducerRecord {
  std::string log;  // its name
  std::string name;
  ProducerId id = 0;
  uint64_t epoch = 0;
  std::string instance;
  int64_t registered_us = 0;  // by the wall clock

  bool operator==(const ProducerRecord&) const = default;
};

// The channel of the system log in which they are.
inline constexpr std::string_view kProducersChannel = "producers";

// The JSON text, as protobuf's own mapping has it.
std::string EncodeProducerRecord(const ProducerRecord& record);
// Nullopt when it is not one. Members that are not known are passed over.
std::optional<ProducerRecord> DecodeProducerRecord(std::string_view text);

}  // namespace replog
