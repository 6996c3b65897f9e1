#pragma once

#include <random>

#include "replog/v1/record.pb.h"

namespace replog {

// A legal NewRecord: any mix of body, headers and the optional fields, of sizes around the varint bounds.
v1::NewRecord RandomNewRecord(std::mt19937& random);

// `record` as the server completes it, built the ordinary way.
v1::Record AsRecord(const v1::NewRecord& record, uint64_t sequence, int64_t time_us);

}  // namespace replog
