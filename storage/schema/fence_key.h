#pragma once

#include <optional>
#include <string>
#include <string_view>

#include "storage/model/lease_token.h"
#include "storage/schema/big_endian.h"

namespace replog::schema {

// Key of family `fences`: a lease under which records of a log were appended. Value: the highest token seen,
// as two big-endian numbers: lineage and sequence.
struct FenceKey {
  LogNumber log = 0;
  std::string_view lease;  // points into what was decoded

  std::string Encode() const {
    std::string key;
    key.reserve(8 + lease.size());
    AppendBigEndian(key, log);
    key.append(lease);
    return key;
  }
  static std::optional<FenceKey> Decode(std::string_view encoded) {
    FenceKey key;
    if (!TakeBigEndian(encoded, key.log)) return {};
    key.lease = encoded;
    return key;
  }
};

inline std::string EncodeFence(const FencingToken& token) {
  std::string value;
  AppendBigEndian(value, token.lineage);
  AppendBigEndian(value, token.sequence);
  return value;
}

inline std::optional<FencingToken> DecodeFence(std::string_view value) {
  FencingToken token;
  if (!TakeBigEndian(value, token.lineage) || !TakeBigEndian(value, token.sequence) || !value.empty())
    return {};
  return token;
}

}  // namespace replog::schema
