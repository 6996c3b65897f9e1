#pragma once

#include <optional>
#include <string>
#include <string_view>

#include "storage/model/types.h"
#include "storage/schema/big_endian.h"

namespace replog::schema {

// Key of family `chunks`: where a chunk of a log begins. Value: chunk_format.h.
struct ChunkKey {
  LogNumber log = 0;
  Sequence first = 0;

  std::string Encode() const {
    std::string key;
    AppendBigEndian(key, log);
    AppendBigEndian(key, first);
    return key;
  }
  static std::optional<ChunkKey> Decode(std::string_view encoded) {
    ChunkKey key;
    if (!TakeBigEndian(encoded, key.log) || !TakeBigEndian(encoded, key.first) || !encoded.empty()) return {};
    return key;
  }
};

}  // namespace replog::schema
