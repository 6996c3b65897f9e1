#pragma once

#include <string_view>

#include "absl/status/statusor.h"
#include "proto/wire/producer_stamp.h"

namespace replog {

// A producer's batch has at most so many records: what of it was not written is on its first record.
inline constexpr uint32_t kMaxStampedRecords = 1 << 20;

// Reads and checks the encoded stamp of an append.
absl::StatusOr<wire::ProducerStamp> ParseProducerStamp(std::string_view encoded);

// How many records a stamped append may have.
absl::Status CheckStampedCount(uint32_t count);

}  // namespace replog
