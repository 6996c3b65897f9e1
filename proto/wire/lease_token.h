#pragma once

#include <cstdint>
#include <string>
#include <string_view>

#include "proto/wire/fields.h"

namespace replog::wire {

// Field numbers of replog.v1.LeaseToken. tests/proto compares them with the generated descriptor.
namespace lease_token_field {
inline constexpr uint32_t kName = 1, kLineage = 2, kSequence = 3;
}  // namespace lease_token_field

// Appends the field `number` with a token in it.
inline void AppendLeaseToken(std::string& out, uint32_t number, std::string_view name, uint64_t lineage,
                             uint64_t sequence) {
  std::string encoded;
  AppendBytesField(encoded, lease_token_field::kName, name);
  if (lineage != 0) AppendVarintField(encoded, lease_token_field::kLineage, lineage);
  // Optional in the contract, so written also when it is 0.
  AppendVarintField(encoded, lease_token_field::kSequence, sequence);
  AppendBytesField(out, number, encoded);
}

}  // namespace replog::wire
