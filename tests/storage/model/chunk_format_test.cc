#include "storage/model/chunk_format.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "base/crc32c.h"
#include "base/error.h"
#include "storage/model/chunk_builder.h"
#include "tests/storage/support/store_driver.h"

namespace replog {
namespace {

using testing::EncodeNewRecord;

// Makes bytes from "01 ab …".
std::string Bytes(std::string_view hex) {
  std::string bytes;
  for (size_t i = 0; i < hex.size(); i += 3) {
    bytes.push_back(static_cast<char>(std::stoi(std::string(hex.substr(i, 2)), nullptr, 16)));
  }
  return bytes;
}

std::string LittleEndian32(uint32_t value) { return {reinterpret_cast<const char*>(&value), sizeof value}; }

ChunkPtr MakeChunk(LogNumber log, Sequence first) {
  ChunkBuilder builder({.log = log, .epoch = 7, .next = first, .bytes_before = 1234, .time_us = 5'000'001});
  builder.Add(EncodeNewRecord({"rooms", "hello"}));
  builder.Add(EncodeNewRecord({"rooms", "world"}));
  return builder.Finish().front();
}

TEST(ChunkFormat, TheExampleOfTheHeaderFileIsByteForByteWhatIsWritten) {
  ChunkBuilder builder({.log = 1, .epoch = 1, .next = 0, .bytes_before = 0, .time_us = 1'000'000});
  std::string record;
  wire::AppendBytesField(record, wire::record_field::kChannel, "c");
  builder.Add(record);
  const auto chunks = builder.Finish();
  ASSERT_EQ(chunks.size(), 1u);

  const std::string covered = Bytes(
      "01 00 00 00 00 00 00 00 "             // epoch
      "00 00 00 00 00 00 00 00 "             // bytes_before
      "40 42 0f 00 00 00 00 00 "             // last_time_us
      "01 00 00 00 "                         // count
      "0a 09 08 00 12 02 08 01 1a 01 63 ");  // the record
  const std::string key = Bytes("00 00 00 00 00 00 00 01 00 00 00 00 00 00 00 00 ");
  EXPECT_EQ(chunks[0]->encoded(), Bytes("01 00 00 00 ") + LittleEndian32(Crc32c(key + covered)) + covered);
}

TEST(ChunkFormat, WhatWasSealedIsDecoded) {
  const ChunkPtr chunk = MakeChunk(3, 100);
  const auto decoded = DecodeChunk(3, 100, chunk->encoded());
  ASSERT_TRUE(decoded.ok()) << decoded.status();
  EXPECT_EQ((*decoded)->first(), 100u);
  EXPECT_EQ((*decoded)->end(), 102u);
  EXPECT_EQ((*decoded)->epoch(), 7u);
  EXPECT_EQ((*decoded)->header().bytes_before, 1234u);
  EXPECT_EQ((*decoded)->header().last_time_us, 5'000'001);
  EXPECT_EQ((*decoded)->records(), chunk->records());
}

TEST(ChunkFormat, AnyFlippedBitIsFound) {
  const std::string whole(MakeChunk(3, 100)->encoded());
  for (size_t i = 0; i < whole.size() * 8; ++i) {
    std::string damaged = whole;
    damaged[i / 8] = static_cast<char>(damaged[i / 8] ^ (1 << (i % 8)));
    const auto decoded = DecodeChunk(3, 100, damaged);
    ASSERT_FALSE(decoded.ok()) << "bit " << i;
    ASSERT_EQ(ReasonOf(decoded.status()), Reason::kCorruptChunk) << "bit " << i;
  }
}

TEST(ChunkFormat, AnyByteOfAnyOtherValueIsFound) {
  const std::string whole(MakeChunk(3, 100)->encoded());
  for (size_t i = 0; i < whole.size(); ++i) {
    for (int value = 0; value < 256; ++value) {
      std::string damaged = whole;
      damaged[i] = static_cast<char>(value);
      ASSERT_EQ(DecodeChunk(3, 100, damaged).ok(), damaged == whole) << "byte " << i << " = " << value;
    }
  }
}

TEST(ChunkFormat, EveryTruncationIsFound) {
  const std::string whole(MakeChunk(3, 100)->encoded());
  for (size_t size = 0; size < whole.size(); ++size) {
    ASSERT_FALSE(DecodeChunk(3, 100, whole.substr(0, size)).ok()) << size;
  }
  EXPECT_FALSE(DecodeChunk(3, 100, whole + '\0').ok());
}

TEST(ChunkFormat, AChunkUnderAnotherKeyIsFound) {
  const ChunkPtr chunk = MakeChunk(3, 100);
  EXPECT_FALSE(DecodeChunk(3, 101, chunk->encoded()).ok());
  EXPECT_FALSE(DecodeChunk(4, 100, chunk->encoded()).ok());
}

TEST(ChunkFormat, TheErrorNamesTheSequences) {
  std::string damaged(MakeChunk(3, 100)->encoded());
  damaged.back() ^= 1;
  const auto status = DecodeChunk(3, 100, damaged).status();
  EXPECT_THAT(MetadataOf(status),
              ::testing::Contains(std::pair<std::string, std::string>("first_sequence", "100")));
  EXPECT_THAT(std::string(status.message()), ::testing::HasSubstr("100"));
}

TEST(ChunkFormat, TheHeaderAloneCanBeRead) {
  const auto header = DecodeChunkHeader(3, 100, MakeChunk(3, 100)->encoded());
  ASSERT_TRUE(header.ok());
  EXPECT_EQ(header->count, 2u);
  EXPECT_EQ(header->epoch, 7u);
}

TEST(ChunkFormat, AHeaderOfAnUnknownFormatIsRefused) {
  std::string other(MakeChunk(3, 100)->encoded());
  other[0] = kChunkFormat + 1;
  EXPECT_EQ(ReasonOf(DecodeChunkHeader(3, 100, other).status()), Reason::kCorruptChunk);
}

}  // namespace
}  // namespace replog
