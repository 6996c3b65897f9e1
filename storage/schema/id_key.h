#pragma once

#include <optional>
#include <string>
#include <string_view>

#include "proto/wire/varint.h"
#include "storage/model/dedupe.h"
#include "storage/schema/big_endian.h"

namespace replog::schema {

// Key of family `ids`: an id of a log's record, as it is. Value: the newest record with the id, as two
// varints: its sequence, and its time in microseconds since 1970.
struct IdKey {
  LogNumber log = 0;
  std::string_view id;  // points into what was decoded

  std::string Encode() const {
    std::string key;
    key.reserve(8 + id.size());
    AppendBigEndian(key, log);
    key.append(id);
    return key;
  }
  static std::optional<IdKey> Decode(std::string_view encoded) {
    IdKey key;
    if (!TakeBigEndian(encoded, key.log)) return {};
    key.id = encoded;
    return key;
  }
};

inline std::string EncodeIdEntry(const IdEntry& entry) {
  std::string value;
  wire::AppendVarint(value, entry.sequence);
  wire::AppendVarint(value, static_cast<uint64_t>(entry.time_us));
  return value;
}

inline std::optional<IdEntry> DecodeIdEntry(std::string_view value) {
  IdEntry entry;
  uint64_t time_us = 0;
  if (!wire::TakeVarint(value, entry.sequence) || !wire::TakeVarint(value, time_us) || !value.empty())
    return {};
  entry.time_us = static_cast<int64_t>(time_us);
  return entry;
}

}  // namespace replog::schema
