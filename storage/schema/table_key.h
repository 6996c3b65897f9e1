#pragma once

#include <optional>
#include <string>
#include <string_view>

#include "storage/model/types.h"
#include "storage/schema/big_endian.h"

namespace replog::schema {

// Key of family `table`: an entity of a channel. A channel has no zero byte; a key may have some, and is the
// rest. Value: the newest record of the key, as it stands in its chunk (tag, length, record), tombstones
// included.
struct TableKey {
  LogNumber log = 0;
  std::string_view channel;  // both point into what was decoded
  std::string_view key;

  std::string Encode() const {
    std::string encoded = Prefix(log, channel);
    encoded.push_back('\0');
    encoded.append(key);
    return encoded;
  }
  // What the keys of a log's channels that start with `channel` begin with.
  static std::string Prefix(LogNumber log, std::string_view channel) {
    std::string encoded;
    AppendBigEndian(encoded, log);
    encoded.append(channel);
    return encoded;
  }
  static std::optional<TableKey> Decode(std::string_view encoded) {
    TableKey key;
    if (!TakeBigEndian(encoded, key.log)) return {};
    const size_t end = encoded.find('\0');
    if (end == std::string_view::npos) return {};
    key.channel = encoded.substr(0, end);
    key.key = encoded.substr(end + 1);
    return key;
  }
};

}  // namespace replog::schema
