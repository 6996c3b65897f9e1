#pragma once

#include <cstdint>
#include <optional>
#include <string>

#include "replog/v1/replication_log.pb.h"

namespace replog::testing {

// Which record of the load this is, and which batch it came in.
struct LoadId {
  uint32_t producer = 0;
  uint64_t number = 0;  // the producer's own count
  uint64_t batch_first = 0;
  uint32_t batch_count = 0;
  bool operator==(const LoadId&) const = default;
};

// Whether a producer is registered and numbers its records; if not, each of its records has an id.
inline bool NumbersItsRecords(uint32_t producer) { return producer % 2 == 0; }

// The channels that the load is spread over.
inline constexpr int kLoadChannels = 5;
std::string LoadChannel(int number);

// The one record of this identity: everything in it follows from `id` and `seed`, so that it can be compared
// byte for byte without keeping it.
v1::NewRecord MakeLoadRecord(uint64_t seed, const LoadId& id);

// The identity of a record that a reader got; nullopt when it is not exactly what was sent under that
// identity.
std::optional<LoadId> IdentifyLoadRecord(uint64_t seed, const v1::Record& record);

}  // namespace replog::testing
