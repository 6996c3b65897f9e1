#include <numeric>

#include "storage/rocks/rocks_store.h"
#include "tests/storage/rocks/store_test.h"

namespace replog {
namespace {

using testing::NumberedRecords;

using StatsTest = testing::StoreTest;

uint64_t SyncsOf(const StoreStats& stats) {
  return std::accumulate(stats.wal_sync_us.counts.begin(), stats.wal_sync_us.counts.end(), uint64_t{0});
}

TEST_F(StatsTest, ASyncedAppendIsATimedSyncOfTheLog) {
  const StoreStats before = store().Stats();
  ASSERT_TRUE(driver_.Append(log_, NumberedRecords("c", "text", 4)).ok());
  const StoreStats after = store().Stats();
  EXPECT_EQ(after.counts.wal_syncs, before.counts.wal_syncs + 1);
  EXPECT_EQ(SyncsOf(after), SyncsOf(before) + 1);
  EXPECT_GT(after.counts.wal_bytes, before.counts.wal_bytes);
}

TEST_F(StatsTest, TellsOfEveryFamilyAndGoesOnCountingWhenTheEngineIsOpenedAgain) {
  ASSERT_TRUE(driver_.Append(log_, NumberedRecords("c", "text", 4)).ok());
  const StoreStats before = store().Stats();
  EXPECT_EQ(before.families.size(), schema::kFamilies.size());
  EXPECT_GT(before.families[0].memtable_bytes, 0u);
  EXPECT_GT(before.block_cache_capacity_bytes, 0u);
  ASSERT_TRUE(store().Recover().ok());
  EXPECT_GE(SyncsOf(store().Stats()), SyncsOf(before));
  EXPECT_EQ(store().Stats().families.size(), schema::kFamilies.size());
}

}  // namespace
}  // namespace replog
