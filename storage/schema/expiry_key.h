#pragma once

#include <algorithm>
#include <optional>
#include <string>
#include <string_view>

#include "storage/model/types.h"
#include "storage/schema/big_endian.h"

namespace replog::schema {

// Key of family `expiries`: when a record expires, and of which key of the log's table it is. A channel has
// no zero byte; a key may have some, and is the rest. Value: a varint, the record's sequence. A later record
// of the same key with the same time takes the entry over.
struct ExpiryKey {
  LogNumber log = 0;
  int64_t expires_us = 0;    // microseconds since 1970; what is before that is as if at it
  std::string_view channel;  // both point into what was decoded
  std::string_view key;

  std::string Encode() const {
    std::string encoded = Prefix(log, expires_us);
    encoded.append(channel);
    encoded.push_back('\0');
    encoded.append(key);
    return encoded;
  }
  // What the keys of a log's records that expire at a time begin with.
  static std::string Prefix(LogNumber log, int64_t expires_us) {
    std::string encoded;
    AppendBigEndian(encoded, log);
    AppendBigEndian(encoded, static_cast<uint64_t>(std::max<int64_t>(expires_us, 0)));
    return encoded;
  }
  static std::optional<ExpiryKey> Decode(std::string_view encoded) {
    ExpiryKey key;
    uint64_t expires_us = 0;
    if (!TakeBigEndian(encoded, key.log) || !TakeBigEndian(encoded, expires_us)) return {};
    const size_t end = encoded.find('\0');
    if (end == std::string_view::npos || expires_us > INT64_MAX) return {};
    key.expires_us = static_cast<int64_t>(expires_us);
    key.channel = encoded.substr(0, end);
    key.key = encoded.substr(end + 1);
    return key;
  }
};

}  // namespace replog::schema
