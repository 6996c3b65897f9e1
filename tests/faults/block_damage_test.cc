#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <random>
#include <set>

#include "base/error.h"
#include "tests/faults/support/directory_image.h"
#include "tests/storage/support/store_driver.h"
#include "tests/support/child_process.h"
#include "tests/support/temp_directory.h"

namespace replog {
namespace {

using testing::TestRecord;

// A log of chunks that are each larger than a block, spread over several tables. Damage of one block is
// damage of one chunk, and everything else must stay readable.
class BlockDamageTest : public ::testing::Test {
 protected:
  static constexpr Sequence kChunks = 120;

  void SetUp() override {
    testing::StoreDriver driver(options_);
    log_ = driver.Create("log");
    for (Sequence i = 0; i < kChunks; ++i) {
      records_.push_back({i % 2 == 0 ? "even" : "odd", Marker(i) + Incompressible(i)});
      ASSERT_TRUE(driver.Append(log_, {records_.back()}).ok());
    }
  }

  static std::string Marker(Sequence chunk) { return "<chunk " + std::to_string(chunk) + ">"; }

  // So that it is found in a table as it was written.
  static std::string Incompressible(uint64_t seed) {
    std::mt19937_64 random(seed);
    std::string bytes(50'000, '\0');
    for (char& byte : bytes) byte = static_cast<char>(random());
    return bytes;
  }

  // Flips a bit in the table's block of a chunk, of one record each.
  void Damage(Sequence chunk) {
    bool found = false;
    // A compaction may have left a copy in a table that is not used any more.
    for (const std::string& table : testing::EngineFiles(options_.directory, ".sst")) {
      const size_t at = testing::ReadFile(table).find(Marker(chunk));
      if (at == std::string::npos) continue;
      testing::FlipBit(table, (at + 100) * 8);
      found = true;
    }
    ASSERT_TRUE(found) << chunk << " is in no table";
  }

  // Every way to read exactly one chunk.
  void ExpectReadable(testing::StoreDriver& driver, Sequence chunk) {
    const std::vector<TestRecord> expected{records_[chunk]};
    for (const std::vector<std::string>& filter : {std::vector<std::string>(), {records_[chunk].channel}}) {
      const auto forward = driver.Read(log_, chunk, chunk + 1, filter);
      ASSERT_TRUE(forward.ok()) << "forward, chunk " << chunk << ": " << forward.status();
      EXPECT_EQ(*forward, expected);
      const auto backward = driver.ReadBackward(log_, chunk, chunk + 1, filter);
      ASSERT_TRUE(backward.ok()) << "backward, chunk " << chunk << ": " << backward.status();
      EXPECT_EQ(*backward, expected);
    }
  }
  void ExpectDataLoss(const absl::Status& status, Sequence chunk) {
    EXPECT_EQ(ReasonOf(status), Reason::kCorruptChunk) << "chunk " << chunk << ": " << status;
    const std::string first = std::to_string(chunk);
    EXPECT_THAT(MetadataOf(status),
                ::testing::Contains(std::pair<std::string, std::string>("first_sequence", first)));
  }

  const testing::TempDirectory scratch_;
  const StoreOptions options_ = testing::SmallStore(scratch_ / "data");
  LogNumber log_ = 0;
  std::vector<TestRecord> records_;
};

TEST_F(BlockDamageTest, DamageIsDataLossOfItsRangeAndAllElseIsReadable) {
  ASSERT_GE(testing::EngineFiles(options_.directory, ".sst").size(), 4u);
  // In a row, so that the end and the begin of a table are among them.
  std::set<Sequence> damaged;
  for (Sequence chunk = 0; chunk < 60; chunk += 7) damaged.insert(chunk);
  for (Sequence chunk = 60; chunk < 85; chunk += 2) damaged.insert(chunk);
  for (const Sequence chunk : damaged) Damage(chunk);
  testing::StoreDriver driver(options_);
  for (Sequence chunk = 0; chunk < kChunks; ++chunk) {
    if (!damaged.contains(chunk)) {
      ExpectReadable(driver, chunk);
      continue;
    }
    for (const std::vector<std::string>& filter : {std::vector<std::string>(), {records_[chunk].channel}}) {
      ExpectDataLoss(driver.Read(log_, chunk, chunk + 1, filter).status(), chunk);
      ExpectDataLoss(driver.ReadBackward(log_, chunk, chunk + 1, filter).status(), chunk);
    }
  }
}

TEST_F(BlockDamageTest, AReadGivesWhatLiesBeforeTheDamage) {
  Damage(50);
  testing::StoreDriver driver(options_);
  for (const std::vector<std::string>& filter : {std::vector<std::string>(), {std::string("even")}}) {
    Sequence next = 0;
    while (next < 50) {
      const auto run = driver.store().ReadForward(log_, next, kChunks, 256 << 10, ChannelFilter(filter));
      ASSERT_TRUE(run.ok()) << "from " << next << ": " << run.status();
      ASSERT_GT(run->next, next);
      next = run->next;
    }
    EXPECT_EQ(next, 50u);
    ExpectDataLoss(driver.store().ReadForward(log_, 50, kChunks, 256 << 10, ChannelFilter(filter)).status(),
                   50);
  }
}

TEST_F(BlockDamageTest, VerifyNamesEveryDamageAndChecksTheRest) {
  const std::set<Sequence> damaged{3, 40, 41, 90};
  for (const Sequence chunk : damaged) Damage(chunk);
  testing::StoreDriver driver(options_);
  const VerifyProgress progress = driver.Verify(log_);
  std::set<Sequence> found;
  for (const VerifyProblem& problem : progress.problems) {
    for (Sequence chunk = problem.first; chunk < problem.end; ++chunk) found.insert(chunk);
  }
  EXPECT_EQ(found, damaged);
  EXPECT_EQ(progress.chunks, kChunks - damaged.size());
}

TEST_F(BlockDamageTest, TheOfflineCheckNamesItAndChangesNothing) {
  Damage(40);
  const auto before = testing::ImageOf(options_.directory);
  {
    const auto store = RocksStore::OpenReadOnly(options_);
    ASSERT_TRUE(store.ok()) << store.status();
    VerifyProgress last;
    ASSERT_TRUE((*store)
                    ->Verify(log_, 0, kChunks,
                             [&](const VerifyProgress& progress) {
                               last = progress;
                               return true;
                             })
                    .ok());
    ASSERT_GE(last.problem_count, 1u);
    EXPECT_EQ(last.problems[0].first, 40u);
    EXPECT_EQ(last.problems[0].end, 41u) << last.problems[0].description;
  }
  EXPECT_EQ(testing::ImageOf(options_.directory), before);
}

TEST_F(BlockDamageTest, ADamagedNewestChunkIsRefusedWithItsRangeAndLeftAlone) {
  Damage(kChunks - 1);
  const auto before = testing::ImageOf(options_.directory);
  const auto status = RocksStore::Open(options_).status();
  EXPECT_EQ(ReasonOf(status), Reason::kCorruptChunk) << status;
  EXPECT_THAT(std::string(status.message()), ::testing::HasSubstr("log"));
  EXPECT_EQ(testing::ImageOf(options_.directory), before);
}

TEST_F(BlockDamageTest, DamageIsNeverDeletedByReadingOrWriting) {
  Damage(40);
  testing::StoreDriver driver(options_);
  EXPECT_FALSE(driver.Read(log_, 0, kChunks).ok());
  const auto records = testing::NumberedRecords("even", "after", 3);
  if (!driver.Append(log_, records).ok()) {
    // A compaction met the damage first. Recovery goes on without compaction.
    const auto recovered = driver.store().Recover();
    ASSERT_TRUE(recovered.ok()) << recovered;
    const auto appended = driver.Append(log_, records);
    ASSERT_TRUE(appended.ok()) << appended;
  }
  driver.Reopen();
  ExpectDataLoss(driver.Read(log_, 40, 41).status(), 40);
  EXPECT_EQ(*driver.Read(log_, kChunks, kChunks + 3), testing::NumberedRecords("even", "after", 3));
}

}  // namespace
}  // namespace replog
