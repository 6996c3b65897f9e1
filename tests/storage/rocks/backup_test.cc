// RocksStore::BeginBackup and ForkStore: a copy while the store goes on, and what becomes of it.
#include <filesystem>
#include <fstream>

#include "base/clock.h"
#include "storage/model/store_backup.h"
#include "storage/rocks/acked_floor.h"
#include "storage/rocks/fork_store.h"
#include "tests/storage/rocks/store_test.h"
#include "tests/support/child_process.h"

namespace replog {
namespace {

namespace fs = std::filesystem;
using testing::NumberedRecords;

class BackupTest : public testing::StoreTest {
 protected:
  std::unique_ptr<StoreBackup> Begin() {
    auto backup = store().BeginBackup();
    testing::MustWork(backup.status());
    return *std::move(backup);
  }
  // Copies all files, in small pieces, to where ForkStore wants them.
  static void Copy(StoreBackup& backup, const std::string& directory) {
    fs::create_directories(directory + "/db");
    for (const StoreBackup::File& file : backup.contents().files) {
      std::ofstream copy(directory + "/db/" + file.name, std::ios::binary);
      for (uint64_t offset = 0; offset < file.bytes; offset += 1000) {
        const auto piece = backup.Read(file, offset, 1000);
        testing::MustWork(piece.status());
        copy << *piece;
      }
    }
  }
  void Append(int count) { testing::MustWork(driver_.Append(log_, NumberedRecords("c", "text", count))); }

  const std::string copy_ = scratch_ / "copy";
};

TEST_F(BackupTest, HoldsWhatWasCommittedBefore) {
  Append(5);
  const auto backup = Begin();
  Append(3);
  const StoreBackup::Contents& contents = backup->contents();
  ASSERT_EQ(contents.logs.size(), 1u);
  EXPECT_EQ(contents.logs[0].end, 5u);
  EXPECT_EQ(contents.logs[0].descriptor.uuid, driver_.LogOf(log_).descriptor.uuid);
  EXPECT_EQ(contents.format_version, schema::kFormatVersion);
  Copy(*backup, copy_);
  testing::MustWork(ForkStore(testing::SmallStore(copy_), SystemClock()));
  testing::StoreDriver copy(testing::SmallStore(copy_));
  EXPECT_EQ(copy.ReadAll(log_), NumberedRecords("c", "text", 5));
  EXPECT_EQ(copy.Verify(log_).problem_count, 0u);
}

TEST_F(BackupTest, ItsFilesDoNotChange) {
  for (int i = 0; i < 20; ++i) Append(50);
  const auto backup = Begin();
  Copy(*backup, scratch_ / "one");
  for (int i = 0; i < 200; ++i) Append(50);
  testing::MustWork(store().Trim(log_, 5000));
  Copy(*backup, scratch_ / "two");
  EXPECT_EQ(testing::RunProgram({"/usr/bin/diff", "-r", scratch_ / "one", scratch_ / "two"}).exit_code, 0);
}

TEST_F(BackupTest, TheCopyIsAForkWithALifeOfItsOwn) {
  Append(5);
  const StoredLog source = driver_.LogOf(log_);
  Copy(*Begin(), copy_);
  testing::MustWork(ForkStore(testing::SmallStore(copy_), SystemClock()));
  testing::StoreDriver copy(testing::SmallStore(copy_));
  const StoredLog log = copy.LogOf(log_);
  EXPECT_GT(log.descriptor.lineage, source.descriptor.lineage);
  EXPECT_EQ(log.descriptor.uuid, source.descriptor.uuid);
  EXPECT_GT(log.epochs.current(), NextOrigin(source.epochs.current(), 0))
      << "a later start of another origin";
  EXPECT_EQ(log.epochs.EpochBefore(5), source.epochs.EpochBefore(5)) << "the history before is the same";
  EXPECT_EQ(log.epochs.EpochOf(5), log.epochs.current());
  const auto ahead = log.epochs.Check(source.epochs.current(), 6, log.end);
  EXPECT_EQ(ReasonOf(ahead), Reason::kForked);
  EXPECT_EQ(MetadataOf(ahead), (Metadata{{"fork_sequence", "5"}}));
  const auto again = copy.store().BeginBackup();
  testing::MustWork(again.status());
  EXPECT_NE((*again)->contents().storage_id, Begin()->contents().storage_id);
}

// What was acknowledged in the copy is guarded from the first moment.
TEST_F(BackupTest, TheCopyHasAFloor) {
  Append(5);
  Copy(*Begin(), copy_);
  testing::MustWork(ForkStore(testing::SmallStore(copy_), SystemClock()));
  EXPECT_GT(*AckedFloor::Read(copy_ + "/FLOOR"), 0u);
  fs::remove(copy_ + "/FLOOR");
  EXPECT_EQ(ReasonOf(RocksStore::Open(testing::SmallStore(copy_)).status()), Reason::kBelowFloor);
}

TEST_F(BackupTest, IsMadeOneAtATimeAndLeavesNothing) {
  Append(5);
  const std::string path = scratch_ / "data/BACKUP";
  auto backup = Begin();
  EXPECT_TRUE(fs::exists(path));
  EXPECT_EQ(ReasonOf(store().BeginBackup().status()), Reason::kBusy);
  backup.reset();
  EXPECT_FALSE(fs::exists(path));
  Begin();
}

TEST_F(BackupTest, WhatAKilledServerLeftIsRemovedAtTheNextStart) {
  const std::string path = scratch_ / "data/BACKUP";
  fs::create_directories(path + "/db.tmp");
  driver_.Reopen();
  EXPECT_FALSE(fs::exists(path));
  fs::create_directories(path);
  driver_.Close();
  testing::MustWork(RocksStore::OpenReadOnly(driver_.options()).status());
  EXPECT_TRUE(fs::exists(path)) << "a look changes nothing";
  testing::MustWork(driver_.Open());
}

TEST_F(BackupTest, GoesOnWhileTheStoreIsRecovered) {
  Append(5);
  const auto backup = Begin();
  testing::MustWork(store().Recover());
  Append(5);
  Copy(*backup, copy_);
  testing::MustWork(ForkStore(testing::SmallStore(copy_), SystemClock()));
  testing::StoreDriver copy(testing::SmallStore(copy_));
  EXPECT_EQ(copy.LogOf(log_).end, 5u);
}

}  // namespace
}  // namespace replog
