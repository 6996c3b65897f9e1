#include "storage/schema/chunk_key.h"
#include "tests/storage/rocks/store_test.h"

namespace replog {
namespace {

using ::testing::ElementsAre;
using testing::NumberedRecords;

class TrimTest : public testing::StoreTest {
 protected:
  void AppendChunks(int chunks) {
    for (int i = 0; i < chunks; ++i) {
      ASSERT_TRUE(driver_.Append(log_, NumberedRecords("c", "chunk " + std::to_string(i), 4)).ok());
    }
  }
  // The first sequences of the chunks on disk. Closes the store.
  std::vector<Sequence> ChunksOnDisk() {
    driver_.Close();
    std::vector<Sequence> chunks;
    testing::EditEngine(driver_.options(), [&](const Engine& engine) {
      const std::unique_ptr<rocksdb::Iterator> iterator(engine.db()->NewIterator({}, engine.chunks()));
      for (iterator->SeekToFirst(); iterator->Valid(); iterator->Next()) {
        chunks.push_back(schema::ChunkKey::Decode(iterator->key().ToStringView())->first);
      }
    });
    return chunks;
  }
};

TEST_F(TrimTest, WithinTheFirstChunkLeavesAStoreThatOpens) {
  AppendChunks(1);
  ASSERT_TRUE(store().Trim(log_, 1).ok());
  driver_.Reopen();
  EXPECT_EQ(driver_.LogOf(log_).first_kept, 1u);
  EXPECT_EQ(driver_.ReadAll(log_).size(), 3u);
}

TEST_F(TrimTest, FreesWholeChunksAndKeepsTheExactPoint) {
  AppendChunks(5);
  ASSERT_TRUE(store().Trim(log_, 10).ok());
  EXPECT_EQ(driver_.LogOf(log_).first_kept, 10u);
  EXPECT_EQ(driver_.LogOf(log_).end, 20u);
  const auto kept = driver_.ReadAll(log_);
  EXPECT_EQ(kept.size(), 10u);
  EXPECT_EQ(kept.front().text, "chunk 2-2");
  EXPECT_THAT(ChunksOnDisk(), ElementsAre(8, 12, 16));
}

TEST_F(TrimTest, AtAChunksBeginNothingOfTheOneBeforeStays) {
  AppendChunks(3);
  ASSERT_TRUE(store().Trim(log_, 8).ok());
  EXPECT_THAT(ChunksOnDisk(), ElementsAre(8));
}

TEST_F(TrimTest, IsKeptByAReopen) {
  AppendChunks(5);
  ASSERT_TRUE(store().Trim(log_, 10).ok());
  driver_.Reopen();
  EXPECT_EQ(driver_.LogOf(log_).first_kept, 10u);
  EXPECT_EQ(driver_.ReadAll(log_).size(), 10u);
}

TEST_F(TrimTest, NeverGoesBack) {
  AppendChunks(5);
  ASSERT_TRUE(store().Trim(log_, 10).ok());
  ASSERT_TRUE(store().Trim(log_, 3).ok());
  EXPECT_EQ(driver_.LogOf(log_).first_kept, 10u);
}

TEST_F(TrimTest, OfEverythingKeepsTheEndTimeAndSize) {
  AppendChunks(3);
  const StoredLog before = driver_.LogOf(log_);
  ASSERT_TRUE(store().Trim(log_, 12).ok());
  for (int i = 0; i < 3; ++i) {
    driver_.Reopen();
    const StoredLog log = driver_.LogOf(log_);
    EXPECT_EQ(log.first_kept, 12u);
    EXPECT_EQ(log.end, 12u);
    EXPECT_EQ(log.last_time_us, before.last_time_us);
    EXPECT_EQ(log.bytes_before_end, before.bytes_before_end);
  }
  ASSERT_TRUE(driver_.Append(log_, NumberedRecords("c", "after", 2)).ok());
  driver_.Reopen();
  EXPECT_EQ(driver_.LogOf(log_).end, 14u);
  EXPECT_EQ(driver_.ReadAll(log_), NumberedRecords("c", "after", 2));
  EXPECT_EQ(driver_.Verify(log_).problem_count, 0u);
}

TEST_F(TrimTest, OfOneLogLeavesItsNeighbours) {
  const LogNumber next = driver_.Create("next");
  AppendChunks(3);
  ASSERT_TRUE(driver_.Append(next, NumberedRecords("c", "neighbour", 3)).ok());
  ASSERT_TRUE(store().Trim(log_, 12).ok());
  EXPECT_EQ(driver_.ReadAll(next), NumberedRecords("c", "neighbour", 3));
}

TEST_F(TrimTest, AReadBelowThePointIsNeverSilentlyShort) {
  AppendChunks(5);
  ASSERT_TRUE(store().Trim(log_, 10).ok());
  EXPECT_FALSE(driver_.Read(log_, 0, 20).ok());
}

}  // namespace
}  // namespace replog
