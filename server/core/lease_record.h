#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

namespace replog {

// What the system log keeps of a lease that is held; see LeaseRecord in replog/v1/system.proto. The record's
// sequence is the lease's token.
struct LeaseRecord {
  std::string holder;
  std::string instance;  // tells holders of the same name apart; may be empty
  int64_t ttl_us = 0;

  bool operator==(const LeaseRecord&) const = default;
};

// The channel of the system log in which leases are. Their names are the keys.
inline constexpr std::string_view kLeasesChannel = "leases";

// The JSON text, as protobuf's own mapping has it.
std::string EncodeLeaseRecord(const LeaseRecord& record);
// Nullopt when it is not one. Members that are not known are passed over.
std::optional<LeaseRecord> DecodeLeaseRecord(std::string_view text);

}  // namespace replog
