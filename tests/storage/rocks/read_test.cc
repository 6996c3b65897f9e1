#include <algorithm>
#include <random>

#include "storage/schema/chunk_key.h"
#include "tests/storage/rocks/store_test.h"

namespace replog {
namespace {

using testing::NumberedRecords;
using testing::TestRecord;

class ReadTest : public testing::StoreTest {
 protected:
  void Append(const std::vector<TestRecord>& records, int64_t time_us = 1'000'000) {
    ASSERT_TRUE(driver_.Append(log_, records, Durability::kSync, time_us).ok());
    all_.insert(all_.end(), records.begin(), records.end());
  }
  // Appends with random sizes and channels, in all kinds of chunks.
  void AppendMany(uint64_t seed, int commits) {
    std::mt19937_64 random(seed);
    for (int i = 0; i < commits; ++i) {
      std::vector<TestRecord> records;
      const auto count = random() % 20 + 1;
      for (size_t j = 0; j < count; ++j) {
        const size_t size = random() % 50 == 0 ? 100'000 : random() % 500;
        records.push_back({"room-" + std::to_string(random() % 7), std::string(size, 'a' + random() % 26)});
      }
      Append(records);
    }
  }
  // What a read of [from, until) should give, oldest first.
  std::vector<TestRecord> Expected(Sequence from, Sequence until,
                                   const std::vector<std::string>& channels = {}) {
    const ChannelFilter filter(channels);
    std::vector<TestRecord> expected;
    for (Sequence i = from; i < until; ++i) {
      if (filter.Matches(all_[i].channel)) expected.push_back(all_[i]);
    }
    return expected;
  }

  std::vector<TestRecord> all_;
};

TEST_F(ReadTest, WhatWasCommittedIsReadBack) {
  Append(NumberedRecords("a", "one", 3));
  Append(NumberedRecords("b", "two", 2));
  EXPECT_EQ(driver_.ReadAll(log_), all_);
  driver_.Reopen();
  EXPECT_EQ(driver_.ReadAll(log_), all_);
}

TEST_F(ReadTest, AnEmptyRangeIsEmpty) {
  Append(NumberedRecords("a", "one", 3));
  const auto forward = store().ReadForward(log_, 2, 2, 1000, {});
  ASSERT_TRUE(forward.ok());
  EXPECT_TRUE(forward->chunks.empty());
  EXPECT_EQ(forward->next, 2u);
  const auto backward = store().ReadBackward(log_, 2, 2, 1000, {});
  ASSERT_TRUE(backward.ok());
  EXPECT_TRUE(backward->chunks.empty());
}

TEST_F(ReadTest, OneByteOfRoomGivesOneChunk) {
  for (int i = 0; i < 5; ++i) Append(NumberedRecords("a", "text", 4));
  const auto forward = store().ReadForward(log_, 5, 20, 1, {});
  ASSERT_TRUE(forward.ok());
  ASSERT_EQ(forward->chunks.size(), 1u);
  EXPECT_EQ(forward->chunks[0]->first(), 4u);
  EXPECT_EQ(forward->next, 8u);
  const auto backward = store().ReadBackward(log_, 0, 10, 1, {});
  ASSERT_TRUE(backward.ok());
  ASSERT_EQ(backward->chunks.size(), 1u);
  EXPECT_EQ(backward->chunks[0]->first(), 8u);
  EXPECT_EQ(backward->next, 8u);
}

TEST_F(ReadTest, AReadPastTheEndOfWhatIsStoredIsDataLoss) {
  Append(NumberedRecords("a", "one", 3));
  EXPECT_EQ(ReasonOf(driver_.Read(log_, 0, 5).status()), Reason::kCorruptChunk);
}

TEST_F(ReadTest, AnyRangeIsReadForwardAndBackwardWithAnyFilter) {
  AppendMany(1, 200);
  std::mt19937_64 random(2);
  const std::vector<std::vector<std::string>> filters{
      {}, {"room-1"}, {"room-1", "room-5"}, {"room-*"}, {"nothing"}, {"room-2", "no*"}, {"*"}};
  for (int i = 0; i < 150; ++i) {
    if (i == 75) driver_.Reopen();
    Sequence from = random() % (all_.size() + 1);
    Sequence until = random() % (all_.size() + 1);
    if (from > until) std::swap(from, until);
    for (const auto& filter : filters) {
      auto expected = Expected(from, until, filter);
      const auto forward = driver_.Read(log_, from, until, filter);
      ASSERT_TRUE(forward.ok()) << forward.status();
      ASSERT_EQ(*forward, expected) << from << " to " << until;
      std::reverse(expected.begin(), expected.end());
      const auto backward = driver_.ReadBackward(log_, from, until, filter);
      ASSERT_TRUE(backward.ok()) << backward.status();
      ASSERT_EQ(*backward, expected) << from << " to " << until;
    }
  }
}

TEST_F(ReadTest, MoreChannelsThanTheIndexLooksUpAreStillRead) {
  std::vector<std::string> names;
  for (int i = 0; i < 200; ++i) {
    names.push_back("user-" + std::to_string(i));
    Append({{names.back(), "text " + std::to_string(i)}, {"other", "x"}});
  }
  const Sequence end = all_.size();
  EXPECT_EQ(*driver_.Read(log_, 0, end, {"user-*"}), Expected(0, end, {"user-*"}));
  EXPECT_EQ(*driver_.Read(log_, 0, end, names), Expected(0, end, names));
  auto newest_first = Expected(0, end, {"user-*"});
  std::reverse(newest_first.begin(), newest_first.end());
  EXPECT_EQ(*driver_.ReadBackward(log_, 0, end, {"user-*"}), newest_first);
  // As many as the index still looks up, and one more.
  for (const size_t count : {64, 65}) {
    const std::vector<std::string> some(names.begin(), names.begin() + static_cast<ptrdiff_t>(count));
    EXPECT_EQ(*driver_.Read(log_, 0, end, some), Expected(0, end, some)) << count;
  }
}

TEST_F(ReadTest, AMissingChunkIsDataLossWithItsRange) {
  for (int i = 0; i < 5; ++i) Append(NumberedRecords("a", "text", 4));
  driver_.Close();
  testing::EditEngine(driver_.options(), [&](const Engine& engine) {
    ASSERT_TRUE(engine.db()->Delete({}, engine.chunks(), schema::ChunkKey{log_, 8}.Encode()).ok());
  });
  ASSERT_TRUE(driver_.Open().ok());
  const std::pair<std::string, std::string> first("first_sequence", "8");
  const std::pair<std::string, std::string> end("end_sequence", "12");
  for (const auto& status :
       {driver_.Read(log_, 0, 20).status(), driver_.ReadBackward(log_, 0, 20).status()}) {
    EXPECT_EQ(ReasonOf(status), Reason::kCorruptChunk) << status;
    EXPECT_THAT(MetadataOf(status), ::testing::IsSupersetOf({first, end}));
  }
  EXPECT_EQ(*driver_.Read(log_, 0, 8), Expected(0, 8));
  EXPECT_EQ(*driver_.Read(log_, 12, 20), Expected(12, 20));
}

TEST_F(ReadTest, AMissingFirstChunkIsDataLossAlsoBackward) {
  for (int i = 0; i < 5; ++i) Append(NumberedRecords("a", "text", 4));
  driver_.Close();
  testing::EditEngine(driver_.options(), [&](const Engine& engine) {
    ASSERT_TRUE(engine.db()->Delete({}, engine.chunks(), schema::ChunkKey{log_, 0}.Encode()).ok());
  });
  ASSERT_TRUE(driver_.Open().ok());
  EXPECT_EQ(ReasonOf(driver_.Read(log_, 0, 20).status()), Reason::kCorruptChunk);
  EXPECT_EQ(ReasonOf(driver_.ReadBackward(log_, 0, 20).status()), Reason::kCorruptChunk);
}

TEST_F(ReadTest, AMissingChunkIsDataLossForAReaderOfItsChannel) {
  for (int i = 0; i < 5; ++i) Append(NumberedRecords("a", "text", 4));
  driver_.Close();
  testing::EditEngine(driver_.options(), [&](const Engine& engine) {
    ASSERT_TRUE(engine.db()->Delete({}, engine.chunks(), schema::ChunkKey{log_, 8}.Encode()).ok());
  });
  ASSERT_TRUE(driver_.Open().ok());
  EXPECT_EQ(ReasonOf(driver_.Read(log_, 0, 20, {"a"}).status()), Reason::kCorruptChunk);
  EXPECT_EQ(ReasonOf(driver_.ReadBackward(log_, 0, 20, {"a"}).status()), Reason::kCorruptChunk);
}

TEST_F(ReadTest, ABadChunkIsNeverServedAndTheRestIs) {
  for (int i = 0; i < 5; ++i) Append(NumberedRecords("a", "text", 4));
  driver_.Close();
  testing::EditEngine(driver_.options(), [&](const Engine& engine) {
    std::string value;
    const std::string key = schema::ChunkKey{log_, 8}.Encode();
    ASSERT_TRUE(engine.db()->Get({}, engine.chunks(), key, &value).ok());
    value.back() ^= 1;
    ASSERT_TRUE(engine.db()->Put({}, engine.chunks(), key, value).ok());
  });
  ASSERT_TRUE(driver_.Open().ok());
  for (const std::vector<std::string>& filter : {std::vector<std::string>(), std::vector<std::string>{"a"}}) {
    const auto status = driver_.Read(log_, 0, 20, filter).status();
    EXPECT_EQ(ReasonOf(status), Reason::kCorruptChunk) << status;
    EXPECT_THAT(MetadataOf(status),
                ::testing::Contains(std::pair<std::string, std::string>("first_sequence", "8")));
    EXPECT_EQ(ReasonOf(driver_.ReadBackward(log_, 0, 20, filter).status()), Reason::kCorruptChunk);
    EXPECT_EQ(*driver_.Read(log_, 0, 8, filter), Expected(0, 8, filter));
    EXPECT_EQ(*driver_.Read(log_, 12, 20, filter), Expected(12, 20, filter));
    // What lies before the damage is given by a read that would reach it.
    const auto before = store().ReadForward(log_, 0, 20, 1 << 20, ChannelFilter(filter));
    ASSERT_TRUE(before.ok()) << before.status();
    EXPECT_EQ(before->next, 8u);
  }
}

TEST_F(ReadTest, FindChunkFindsTheFirstByTime) {
  for (int i = 0; i < 50; ++i) Append(NumberedRecords("a", "text", i % 5 + 1), 1000 * (i / 3));
  const Sequence end = all_.size();
  for (int64_t time = -500; time < 18'000; time += 500) {
    const auto found = store().FindChunk(
        log_, 0, end, [&](Sequence, const Chunk::Header& header) { return header.last_time_us >= time; });
    ASSERT_TRUE(found.ok()) << found.status();
    // The same by looking at every chunk.
    Sequence expected = end;
    const auto run = store().ReadForward(log_, 0, end, 100 << 20, {});
    for (const ChunkPtr& chunk : run->chunks) {
      if (chunk->header().last_time_us < time) continue;
      expected = chunk->first();
      break;
    }
    EXPECT_EQ(*found, expected) << time;
  }
}

TEST_F(ReadTest, ChunkContainingFindsTheChunkOfEverySequence) {
  for (int i = 0; i < 10; ++i) Append(NumberedRecords("a", "text", 3));
  for (Sequence sequence = 0; sequence < 30; ++sequence) {
    const auto chunk = store().ChunkContaining(log_, sequence);
    ASSERT_TRUE(chunk.ok());
    EXPECT_EQ(chunk->first, sequence / 3 * 3);
    EXPECT_EQ(chunk->header.count, 3u);
  }
  EXPECT_FALSE(store().ChunkContaining(log_, 30).ok());
}

}  // namespace
}  // namespace replog
