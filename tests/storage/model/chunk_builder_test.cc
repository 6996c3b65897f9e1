#include "storage/model/chunk_builder.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "proto/wire/record_view.h"
#include "storage/model/chunk_format.h"
#include "tests/storage/support/store_driver.h"

namespace replog {
namespace {

using testing::EncodeNewRecord;
using testing::NumberedRecords;
using testing::RecordsOf;
using testing::TestRecord;

ChunkBuilder::Start StartAt(Sequence next) {
  return {.log = 1, .epoch = 2, .next = next, .bytes_before = 50, .time_us = 1'000'000};
}

std::vector<ChunkPtr> Build(Sequence first, const std::vector<TestRecord>& records) {
  ChunkBuilder builder(StartAt(first));
  for (const TestRecord& record : records) builder.Add(EncodeNewRecord(record));
  return builder.Finish();
}

TestRecord RecordOfSize(size_t size) { return {"c", std::string(size, 'x')}; }

TEST(ChunkBuilder, NothingGivesNoChunk) { EXPECT_TRUE(Build(0, {}).empty()); }

TEST(ChunkBuilder, GivesOutSequencesFromItsStart) {
  ChunkBuilder builder(StartAt(10));
  EXPECT_EQ(builder.Add(EncodeNewRecord({"c", "a"})), 10u);
  EXPECT_EQ(builder.Add(EncodeNewRecord({"c", "b"})), 11u);
  EXPECT_EQ(builder.next(), 12u);
}

TEST(ChunkBuilder, SmallRecordsShareAChunk) {
  const auto records = NumberedRecords("c", "text", 100);
  const auto chunks = Build(5, records);
  ASSERT_EQ(chunks.size(), 1u);
  EXPECT_EQ(chunks[0]->first(), 5u);
  EXPECT_EQ(chunks[0]->end(), 105u);
  EXPECT_EQ(RecordsOf(chunks, 0, UINT64_MAX), records);
}

TEST(ChunkBuilder, ChunksHaveAtMostTheTargetSizeAndFollowOneAnother) {
  std::vector<TestRecord> records;
  for (int i = 0; i < 500; ++i) records.push_back(RecordOfSize(static_cast<size_t>(i * 7 % 2000)));
  const auto chunks = Build(0, records);
  ASSERT_GT(chunks.size(), 5u);
  Sequence next = 0;
  uint64_t bytes_before = 50;
  for (const ChunkPtr& chunk : chunks) {
    EXPECT_EQ(chunk->first(), next);
    EXPECT_EQ(chunk->header().bytes_before, bytes_before);
    EXPECT_LE(chunk->records().size(), kChunkTargetBytes);
    EXPECT_TRUE(DecodeChunk(1, chunk->first(), chunk->encoded()).ok());
    next = chunk->end();
    bytes_before += chunk->records().size();
  }
  EXPECT_EQ(next, 500u);
  EXPECT_EQ(RecordsOf(chunks, 0, UINT64_MAX), records);
}

TEST(ChunkBuilder, AChunkIsFilledToTheLastRecordThatFits) {
  std::vector<TestRecord> records(2000, RecordOfSize(100));
  const auto chunks = Build(0, records);
  const size_t record_bytes = chunks[0]->records().size() / chunks[0]->header().count;
  // The builder leaves room for the largest stamp, not for this record's.
  EXPECT_GT(chunks[0]->records().size() + record_bytes + wire::RecordStamp::kMaxOverhead, kChunkTargetBytes);
}

TEST(ChunkBuilder, ALargeRecordHasAChunkOfItsOwn) {
  const std::vector<TestRecord> records{RecordOfSize(10), RecordOfSize(1 << 20), RecordOfSize(10)};
  const auto chunks = Build(0, records);
  ASSERT_EQ(chunks.size(), 3u);
  for (Sequence i = 0; i < 3; ++i) {
    EXPECT_EQ(chunks[i]->first(), i);
    EXPECT_EQ(chunks[i]->end(), i + 1);
  }
  EXPECT_EQ(RecordsOf(chunks, 0, UINT64_MAX), records);
}

TEST(ChunkBuilder, CountsTheRecordsOfEachChannel) {
  const auto chunks = Build(0, {{"a", "1"}, {"b", "2"}, {"a", "3"}, {"c", "4"}, {"b", "5"}, {"a", "6"}});
  ASSERT_EQ(chunks.size(), 1u);
  std::map<std::string, uint64_t> counts;
  for (const ChannelCount& channel : chunks[0]->channels()) counts[channel.name] += channel.records;
  EXPECT_EQ(chunks[0]->channels().size(), 3u);
  EXPECT_THAT(counts, ::testing::ElementsAre(::testing::Pair("a", 3), ::testing::Pair("b", 2),
                                             ::testing::Pair("c", 1)));
}

TEST(ChunkBuilder, SaysHowManyBytesTheNextCommitFollows) {
  ChunkBuilder builder(StartAt(0));
  builder.Add(EncodeNewRecord({"c", "a"}));
  const auto chunks = builder.Finish();
  EXPECT_EQ(builder.bytes_before_next(), 50 + chunks[0]->records().size());
}

}  // namespace
}  // namespace replog
