#pragma once

#include <optional>
#include <string>
#include <string_view>

#include "storage/model/types.h"
#include "storage/schema/big_endian.h"

namespace replog::schema {

// Key of family `channels`: a chunk that holds records of a channel. A channel has no control characters, so
// the zero byte after it ends it and keeps one channel's entries together. Value: a varint, how many of the
// chunk's records are of the channel.
struct ChannelKey {
  LogNumber log = 0;
  std::string_view channel;  // points into what was decoded
  Sequence chunk = 0;        // the chunk's first sequence

  std::string Encode() const {
    std::string key = Prefix(log, channel);
    key.push_back('\0');
    AppendBigEndian(key, chunk);
    return key;
  }
  // What the keys of a log's channels that start with `channel` begin with.
  static std::string Prefix(LogNumber log, std::string_view channel) {
    std::string key;
    AppendBigEndian(key, log);
    key.append(channel);
    return key;
  }
  static std::optional<ChannelKey> Decode(std::string_view encoded) {
    ChannelKey key;
    if (!TakeBigEndian(encoded, key.log) || encoded.size() < 9) return {};
    key.channel = encoded.substr(0, encoded.size() - 9);
    encoded.remove_prefix(key.channel.size());
    if (encoded[0] != '\0') return {};
    encoded.remove_prefix(1);
    if (!TakeBigEndian(encoded, key.chunk)) return {};
    return key;
  }
};

}  // namespace replog::schema
