#include "storage/schema/channel_key.h"
#include "storage/schema/chunk_key.h"
#include "tests/storage/rocks/store_test.h"

namespace replog {
namespace {

using ::testing::ElementsAre;
using ::testing::IsEmpty;
using testing::NumberedRecords;
using testing::TestRecord;

class ChannelIndexTest : public testing::StoreTest {
 protected:
  void Append(const std::vector<TestRecord>& records) { ASSERT_TRUE(driver_.Append(log_, records).ok()); }

  // "name=count" of each channel listed; the count is left out when it is not asked for.
  std::vector<std::string> List(std::string_view prefix = "", std::string_view after = "", size_t limit = 100,
                                bool with_counts = true) {
    const StoredLog log = driver_.LogOf(log_);
    const auto channels = store().Channels(log_, log.first_kept, prefix, after, limit, with_counts);
    testing::MustWork(channels.status());
    std::vector<std::string> listed;
    for (const ChannelCount& channel : *channels) {
      listed.push_back(with_counts ? channel.name + "=" + std::to_string(channel.records) : channel.name);
    }
    return listed;
  }
};

TEST_F(ChannelIndexTest, ChunksWithoutAMatchAreNotRead) {
  for (int i = 0; i < 100; ++i)
    Append(NumberedRecords(i % 20 == 7 ? "rare" : "common", "text " + std::to_string(i), 2));
  driver_.Close();
  // Every chunk without a match is damaged, so that whoever reads it fails.
  testing::EditEngine(driver_.options(), [&](const Engine& engine) {
    for (Sequence i = 0; i < 100; ++i) {
      if (i % 20 == 7) continue;
      ASSERT_TRUE(
          engine.db()->Put({}, engine.chunks(), schema::ChunkKey{log_, 2 * i}.Encode(), "damaged").ok());
    }
  });
  // The newest chunk is looked at by every open, to find the end.
  EXPECT_FALSE(driver_.Open().ok());
  testing::EditEngine(driver_.options(), [&](const Engine& engine) {
    const auto commit = testing::MakeCommit({.descriptor = {.number = log_}, .end = 198},
                                            NumberedRecords("common", "last", 2));
    const auto encoded = commit.chunks[0]->encoded();
    const rocksdb::Slice value(encoded.data(), encoded.size());
    ASSERT_TRUE(engine.db()->Put({}, engine.chunks(), schema::ChunkKey{log_, 198}.Encode(), value).ok());
  });
  ASSERT_TRUE(driver_.Open().ok());

  EXPECT_FALSE(driver_.Read(log_, 0, 200).ok()) << "the damage is real";
  const auto forward = driver_.Read(log_, 0, 200, {"rare"});
  ASSERT_TRUE(forward.ok()) << forward.status();
  EXPECT_EQ(forward->size(), 10u);
  const auto backward = driver_.ReadBackward(log_, 0, 200, {"ra*", "nothing"});
  ASSERT_TRUE(backward.ok()) << backward.status();
  EXPECT_EQ(backward->size(), 10u);
}

TEST_F(ChannelIndexTest, CountsRecordsOverChunks) {
  Append({{"a", "1"}, {"b", "2"}, {"a", "3"}});
  Append({{"a", "4"}, {"c", "5"}});
  EXPECT_THAT(List(), ElementsAre("a=3", "b=1", "c=1"));
  EXPECT_THAT(List("", "", 100, false), ElementsAre("a", "b", "c"));
  driver_.Reopen();
  EXPECT_THAT(List(), ElementsAre("a=3", "b=1", "c=1"));
}

TEST_F(ChannelIndexTest, ListsByPrefixInByteOrder) {
  Append({{"rooms/2", ""},
          {"rooms/10", ""},
          {"rooms", ""},
          {"roomservice", ""},
          {"users/1", ""},
          {"rooms/é", ""}});
  EXPECT_THAT(List("rooms/"), ElementsAre("rooms/10=1", "rooms/2=1", "rooms/é=1"));
  EXPECT_THAT(List("rooms"), ElementsAre("rooms=1", "rooms/10=1", "rooms/2=1", "rooms/é=1", "roomservice=1"));
  EXPECT_THAT(List("zzz"), IsEmpty());
}

TEST_F(ChannelIndexTest, APageGoesOnAfterTheLastOne) {
  std::vector<TestRecord> records;
  std::vector<std::string> expected;
  for (int i = 100; i < 150; ++i) {
    records.push_back({"c" + std::to_string(i), "x"});
    records.push_back({"c" + std::to_string(i) + "!", "x"});  // a name that is another's beginning
    expected.push_back("c" + std::to_string(i));
    expected.push_back("c" + std::to_string(i) + "!");
  }
  Append(records);
  for (const size_t limit : {1, 3, 7, 100}) {
    std::vector<std::string> all;
    for (;;) {
      const auto page = List("c", all.empty() ? "" : all.back(), limit, false);
      if (page.empty()) break;
      ASSERT_LE(page.size(), limit);
      all.insert(all.end(), page.begin(), page.end());
    }
    EXPECT_EQ(all, expected) << "limit " << limit;
  }
}

TEST_F(ChannelIndexTest, AfterNeedNotBeAChannel) {
  Append({{"a", ""}, {"c", ""}, {"e", ""}});
  EXPECT_THAT(List("", "b"), ElementsAre("c=1", "e=1"));
  EXPECT_THAT(List("", "e"), IsEmpty());
  EXPECT_THAT(List("c", "a"), ElementsAre("c=1")) << "after what comes before the prefix";
}

TEST_F(ChannelIndexTest, ATrimmedChannelIsNotListed) {
  Append({{"old", "1"}, {"both", "2"}});
  Append({{"both", "3"}, {"new", "4"}});
  ASSERT_TRUE(store().Trim(log_, 2).ok());
  EXPECT_THAT(List(), ElementsAre("both=1", "new=1"));
  driver_.Reopen();
  EXPECT_THAT(List(), ElementsAre("both=1", "new=1"));
}

TEST_F(ChannelIndexTest, AChunkThatIsPartlyTrimmedCountsWhole) {
  Append({{"a", "1"}, {"a", "2"}, {"b", "3"}});
  Append({{"b", "4"}});
  ASSERT_TRUE(store().Trim(log_, 2).ok());
  EXPECT_THAT(List(), ElementsAre("a=2", "b=2"));
}

TEST_F(ChannelIndexTest, AReaderOfATrimmedChannelFindsNothing) {
  Append({{"old", "1"}});
  Append({{"new", "2"}});
  ASSERT_TRUE(store().Trim(log_, 1).ok());
  const auto records = driver_.Read(log_, 1, 2, {"old"});
  ASSERT_TRUE(records.ok()) << records.status();
  EXPECT_THAT(*records, IsEmpty());
}

TEST_F(ChannelIndexTest, EntriesOfTrimmedChunksAreDroppedByCompaction) {
  for (int i = 0; i < 100; ++i) Append({{"channel-" + std::to_string(i), "text"}});
  ASSERT_TRUE(store().Trim(log_, 90).ok());
  driver_.Reopen();
  driver_.Close();
  int entries = 0;
  testing::EditEngine(driver_.options(), [&](const Engine& engine) {
    rocksdb::CompactRangeOptions options;
    options.bottommost_level_compaction = rocksdb::BottommostLevelCompaction::kForce;
    ASSERT_TRUE(engine.db()->CompactRange(options, engine.channels(), nullptr, nullptr).ok());
  });
  // A store's own compaction is what drops them; the engine alone does not know the trim point.
  ASSERT_TRUE(driver_.Open().ok());
  driver_.Close();
  testing::EditEngine(driver_.options(), [&](const Engine& engine) {
    const std::unique_ptr<rocksdb::Iterator> iterator(engine.db()->NewIterator({}, engine.channels()));
    for (iterator->SeekToFirst(); iterator->Valid(); iterator->Next()) ++entries;
  });
  EXPECT_EQ(entries, 10);
}

}  // namespace
}  // namespace replog
