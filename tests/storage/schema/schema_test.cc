#include <gtest/gtest.h>

#include <algorithm>
#include <random>
#include <tuple>

#include "storage/schema/channel_key.h"
#include "storage/schema/chunk_key.h"
#include "storage/schema/expiry_key.h"
#include "storage/schema/families.h"
#include "storage/schema/fence_key.h"
#include "storage/schema/id_key.h"
#include "storage/schema/meta_key.h"
#include "storage/schema/producer_key.h"
#include "storage/schema/table_key.h"

namespace replog::schema {
namespace {

const std::vector<uint64_t>& Numbers() {
  static const std::vector<uint64_t> kNumbers{
      0, 1, 2, 127, 128, 255, 256, 65535, 65536, UINT32_MAX, UINT64_MAX - 1, UINT64_MAX};
  return kNumbers;
}

TEST(Schema, TheNamesOnDiskAreTheseForEver) {
  EXPECT_STREQ(kChunks, "chunks");
  EXPECT_STREQ(kChannels, "channels");
  EXPECT_STREQ(kMeta, "meta");
  EXPECT_STREQ(kTable, "table");
  EXPECT_STREQ(kIds, "ids");
  EXPECT_STREQ(kProducers, "producers");
  EXPECT_STREQ(kExpiries, "expiries");
  EXPECT_STREQ(kFences, "fences");
  EXPECT_EQ(kFormatVersion, 3u);
  EXPECT_EQ(StoreKey(), "s");
  EXPECT_EQ(LogKey(0x0102), std::string("l\0\0\0\0\0\0\1\2", 9));
}

TEST(BigEndian, ByteOrderIsNumberOrder) {
  std::string before;
  for (const uint64_t number : Numbers()) {
    std::string encoded;
    AppendBigEndian(encoded, number);
    EXPECT_EQ(encoded.size(), 8u);
    EXPECT_LT(before, encoded);
    std::string_view rest = encoded;
    uint64_t decoded = 0;
    ASSERT_TRUE(TakeBigEndian(rest, decoded));
    EXPECT_EQ(decoded, number);
    EXPECT_TRUE(rest.empty());
    before = encoded;
  }
}

TEST(BigEndian, TooFewBytesAreRefused) {
  std::string_view seven("1234567");
  uint64_t number = 0;
  EXPECT_FALSE(TakeBigEndian(seven, number));
}

TEST(ChunkKey, RoundTripsAndOrdersByLogThenSequence) {
  std::string before;
  for (const uint64_t log : Numbers()) {
    for (const uint64_t first : Numbers()) {
      const std::string encoded = ChunkKey{log, first}.Encode();
      EXPECT_LT(before, encoded);
      const auto decoded = ChunkKey::Decode(encoded);
      ASSERT_TRUE(decoded);
      EXPECT_EQ(std::tie(decoded->log, decoded->first), std::tie(log, first));
      before = encoded;
    }
  }
}

TEST(ChunkKey, AnyOtherLengthIsRefused) {
  const std::string encoded = ChunkKey{1, 2}.Encode();
  for (size_t size = 0; size < encoded.size(); ++size)
    EXPECT_FALSE(ChunkKey::Decode(encoded.substr(0, size)));
  EXPECT_FALSE(ChunkKey::Decode(encoded + "x"));
}

TEST(ChannelKey, RoundTrips) {
  for (const uint64_t log : Numbers()) {
    for (const std::string channel : {"a", "rooms/1", "ünïcode", "with space"}) {
      for (const uint64_t chunk : Numbers()) {
        const std::string encoded = ChannelKey{log, channel, chunk}.Encode();
        const auto decoded = ChannelKey::Decode(encoded);
        ASSERT_TRUE(decoded);
        EXPECT_EQ(decoded->log, log);
        EXPECT_EQ(decoded->channel, channel);
        EXPECT_EQ(decoded->chunk, chunk);
      }
    }
  }
}

TEST(ChannelKey, OrdersByLogThenChannelThenChunk) {
  std::mt19937_64 random(1);
  const std::vector<std::string> channels{"a", "a!", "aa", "ab", "b", "ä"};
  std::vector<std::tuple<uint64_t, std::string, uint64_t>> keys;
  for (int i = 0; i < 500; ++i)
    keys.emplace_back(random() % 3, channels[random() % channels.size()], Numbers()[random() % 12]);
  auto by_bytes = keys;
  std::sort(keys.begin(), keys.end());
  std::sort(by_bytes.begin(), by_bytes.end(), [](const auto& a, const auto& b) {
    const auto encode = [](const auto& key) {
      return ChannelKey{std::get<0>(key), std::get<1>(key), std::get<2>(key)}.Encode();
    };
    return encode(a) < encode(b);
  });
  EXPECT_EQ(keys, by_bytes);
}

TEST(ChannelKey, APrefixOfAChannelIsAPrefixOfItsKeys) {
  EXPECT_TRUE((ChannelKey{3, "rooms/1", 9}.Encode().starts_with(ChannelKey::Prefix(3, "rooms/"))));
  EXPECT_FALSE((ChannelKey{3, "room", 9}.Encode().starts_with(ChannelKey::Prefix(3, "rooms/"))));
  EXPECT_FALSE((ChannelKey{4, "rooms/1", 9}.Encode().starts_with(ChannelKey::Prefix(3, "rooms/"))));
}

TEST(ChannelKey, WhatIsTooShortOrHasNoZeroIsRefused) {
  const std::string encoded = ChannelKey{1, "", 2}.Encode();
  for (size_t size = 0; size < encoded.size(); ++size)
    EXPECT_FALSE(ChannelKey::Decode(encoded.substr(0, size)));
  std::string no_zero = ChannelKey{1, "abc", 2}.Encode();
  no_zero[11] = 'd';
  EXPECT_FALSE(ChannelKey::Decode(no_zero));
}

TEST(MetaKey, ALogsKeyRoundTrips) {
  for (const uint64_t log : Numbers()) EXPECT_EQ(DecodeLogKey(LogKey(log)), log);
  EXPECT_FALSE(DecodeLogKey(StoreKey()));
  EXPECT_FALSE(DecodeLogKey(""));
  EXPECT_FALSE(DecodeLogKey("l123"));
  EXPECT_FALSE(DecodeLogKey(LogKey(1) + "x"));
}

TEST(TableKey, RoundTripsWhateverIsInTheKey) {
  for (const std::string& key :
       {std::string("k"), std::string("with\0zero", 9), std::string("\xf4\x8f\xbf\xbf")}) {
    const std::string encoded = TableKey{7, "channel", key}.Encode();
    const auto decoded = TableKey::Decode(encoded);
    ASSERT_TRUE(decoded);
    EXPECT_EQ(decoded->log, 7u);
    EXPECT_EQ(decoded->channel, "channel");
    EXPECT_EQ(decoded->key, key);
  }
  EXPECT_FALSE(TableKey::Decode("short"));
  EXPECT_FALSE(TableKey::Decode("12345678no end of the channel"));
}

TEST(TableKey, KeepsAChannelsKeysTogetherAndInOrder) {
  std::vector<std::string> encoded;
  for (const char* channel : {"a", "a!", "ab", "b"}) {
    for (const char* key : {"", "1", "10", "2"}) encoded.push_back(TableKey{1, channel, key}.Encode());
  }
  EXPECT_TRUE(std::is_sorted(encoded.begin(), encoded.end()));
}

TEST(ExpiryKey, RoundTripsWhateverIsInTheKey) {
  for (const uint64_t log : Numbers()) {
    for (const int64_t expires_us : {int64_t{0}, int64_t{1}, int64_t{1'700'000'000'000'000}, INT64_MAX}) {
      const std::string_view key("with\0zero", 9);
      const std::string encoded = ExpiryKey{log, expires_us, "channel", key}.Encode();
      const auto decoded = ExpiryKey::Decode(encoded);
      ASSERT_TRUE(decoded);
      EXPECT_EQ(decoded->log, log);
      EXPECT_EQ(decoded->expires_us, expires_us);
      EXPECT_EQ(decoded->channel, "channel");
      EXPECT_EQ(decoded->key, key);
    }
  }
}

TEST(ExpiryKey, OrdersByLogThenTimeThenChannelThenKey) {
  std::vector<std::string> encoded;
  for (const uint64_t log : {1, 2}) {
    for (const int64_t expires_us : {0, 255, 256, 1'000'000}) {
      for (const char* channel : {"a", "a!", "ab"}) {
        for (const char* key : {"", "1", "2"})
          encoded.push_back(ExpiryKey{log, expires_us, channel, key}.Encode());
      }
    }
  }
  EXPECT_TRUE(std::is_sorted(encoded.begin(), encoded.end()));
  EXPECT_TRUE((ExpiryKey{1, 256, "a", "k"}.Encode().starts_with(ExpiryKey::Prefix(1, 256))));
}

TEST(ExpiryKey, WhatIsBefore1970ComesFirst) {
  EXPECT_EQ((ExpiryKey{1, -1, "a", "k"}.Encode()), (ExpiryKey{1, 0, "a", "k"}.Encode()));
}

TEST(ExpiryKey, WhatIsTooShortHasNoZeroOrNoTimeIsRefused) {
  EXPECT_FALSE(ExpiryKey::Decode("fifteen bytes.."));
  EXPECT_FALSE(ExpiryKey::Decode(ExpiryKey::Prefix(1, 2)));
  EXPECT_FALSE(ExpiryKey::Decode(ExpiryKey::Prefix(1, 2) + "no end of the channel"));
  std::string late = ExpiryKey{1, 2, "a", "k"}.Encode();
  late[8] = '\x80';
  EXPECT_FALSE(ExpiryKey::Decode(late));
}

TEST(IdKey, RoundTripsWhateverIsInTheId) {
  for (const std::string& id : {std::string("i"), std::string("with\0zero", 9), std::string(1024, '\xff')}) {
    const std::string encoded = IdKey{7, id}.Encode();
    const auto decoded = IdKey::Decode(encoded);
    ASSERT_TRUE(decoded);
    EXPECT_EQ(decoded->log, 7u);
    EXPECT_EQ(decoded->id, id);
  }
  EXPECT_FALSE(IdKey::Decode("short"));
}

TEST(IdEntry, RoundTripsAndDamageIsFound) {
  for (const uint64_t sequence : Numbers()) {
    const std::string encoded = EncodeIdEntry({sequence, INT64_MAX});
    const auto decoded = DecodeIdEntry(encoded);
    ASSERT_TRUE(decoded);
    EXPECT_EQ(decoded->sequence, sequence);
    EXPECT_EQ(decoded->time_us, INT64_MAX);
    for (size_t size = 0; size < encoded.size(); ++size) EXPECT_FALSE(DecodeIdEntry(encoded.substr(0, size)));
    EXPECT_FALSE(DecodeIdEntry(encoded + "x"));
  }
}

TEST(ProducerKey, RoundTripsAndKeepsALogsTogether) {
  std::string before;
  for (const uint64_t log : Numbers()) {
    for (const uint64_t producer : Numbers()) {
      const std::string encoded = ProducerKey{log, producer}.Encode();
      EXPECT_LT(before, encoded);
      const auto decoded = ProducerKey::Decode(encoded);
      ASSERT_TRUE(decoded);
      EXPECT_EQ(std::tie(decoded->log, decoded->producer), std::tie(log, producer));
      before = encoded;
    }
  }
  EXPECT_FALSE(ProducerKey::Decode("too short"));
}

TEST(FenceKey, RoundTripsAndKeepsALogsTogether) {
  std::string before;
  for (const uint64_t log : Numbers()) {
    for (const std::string& lease :
         {std::string(), std::string("a"), std::string("a\0", 2), std::string("b")}) {
      const std::string encoded = FenceKey{log, lease}.Encode();
      EXPECT_LT(before, encoded);
      const auto decoded = FenceKey::Decode(encoded);
      ASSERT_TRUE(decoded);
      EXPECT_EQ(decoded->log, log);
      EXPECT_EQ(decoded->lease, lease);
      before = encoded;
    }
  }
  EXPECT_FALSE(FenceKey::Decode("short"));
}

TEST(Fence, RoundTripsAndNothingElseIsTakenForOne) {
  for (const uint64_t lineage : Numbers()) {
    for (const uint64_t sequence : Numbers()) {
      const FencingToken token{lineage, sequence};
      EXPECT_EQ(DecodeFence(EncodeFence(token)), token);
    }
  }
  const std::string encoded = EncodeFence({1, 2});
  for (size_t size = 0; size < encoded.size(); ++size) EXPECT_FALSE(DecodeFence(encoded.substr(0, size)));
  EXPECT_FALSE(DecodeFence(encoded + "x"));
}

}  // namespace
}  // namespace replog::schema
