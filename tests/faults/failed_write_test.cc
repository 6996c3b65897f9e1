#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <filesystem>
#include <fstream>

#include "base/error.h"
#include "tests/faults/support/directory_image.h"
#include "tests/storage/support/faulty_file_system.h"
#include "tests/storage/support/store_driver.h"
#include "tests/support/child_process.h"
#include "tests/support/temp_directory.h"

namespace replog {
namespace {

using rocksdb::IOStatus;
using testing::NumberedRecords;

// A store with ten synced records, and a disk that can be made to fail.
class FailedWriteTest : public ::testing::Test {
 protected:
  void SetUp() override { ASSERT_TRUE(driver_.Append(log_, synced_).ok()); }

  absl::Status Append(const std::string& text) { return driver_.Append(log_, NumberedRecords("c", text, 3)); }
  // What must be read: `records`, then three of each text.
  std::vector<testing::TestRecord> With(const std::vector<std::string>& texts) const {
    auto records = synced_;
    for (const std::string& text : texts) {
      for (auto& record : NumberedRecords("c", text, 3)) records.push_back(record);
    }
    return records;
  }
  void LosePower() {
    files_->PowerOff();
    driver_.Close();
    std::mt19937_64 random(1);
    files_->PowerOn(random);
    testing::MustWork(driver_.Open());
  }

  const std::shared_ptr<testing::FaultyFileSystem> files_ = std::make_shared<testing::FaultyFileSystem>();
  const std::unique_ptr<rocksdb::Env> env_ = rocksdb::NewCompositeEnv(files_);
  const testing::TempDirectory scratch_;
  testing::StoreDriver driver_{testing::SmallStore(scratch_ / "data", env_.get())};
  const LogNumber log_ = driver_.Create("log");
  const std::vector<testing::TestRecord> synced_ = NumberedRecords("c", "synced", 10);
};

TEST_F(FailedWriteTest, AfterAFailedSyncNothingIsWrittenUntilRecovery) {
  files_->FailSyncs(IOStatus::IOError("input/output error"));
  EXPECT_EQ(ReasonOf(Append("unknown")), Reason::kStoreFailed);
  files_->Heal();
  const uint64_t appends = files_->appends();
  EXPECT_EQ(ReasonOf(Append("refused")), Reason::kStoreFailed);
  EXPECT_EQ(ReasonOf(driver_.Append(log_, synced_, Durability::kOs)), Reason::kStoreFailed);
  EXPECT_FALSE(driver_.store().CreateLog("other", {}).ok());
  EXPECT_FALSE(driver_.store().UpdateLog(driver_.LogOf(log_).descriptor).ok());
  EXPECT_FALSE(driver_.store().Trim(log_, 5).ok());
  EXPECT_FALSE(driver_.store().DeleteLog(log_).ok());
  EXPECT_EQ(files_->appends(), appends) << "something was written";
  EXPECT_EQ(driver_.ReadAll(log_), synced_) << "reads go on";
}

TEST_F(FailedWriteTest, RecoveryAfterAFailedSyncBeginsAnEpochAndGoesOn) {
  const Epoch before = driver_.LogOf(log_).epochs.current();
  files_->FailSyncs(IOStatus::IOError("input/output error"));
  ASSERT_FALSE(Append("unknown").ok());
  files_->Heal();
  ASSERT_TRUE(driver_.store().Recover().ok());
  const StoredLog log = driver_.LogOf(log_);
  EXPECT_GT(log.epochs.current(), before);
  EXPECT_EQ(log.epochs.EpochBefore(log.end), before);
  ASSERT_TRUE(log.end == 10 || log.end == 13) << "all of the batch or nothing";
  const auto shown = driver_.ReadAll(log_);
  EXPECT_EQ(shown, log.end == 10 ? synced_ : With({"unknown"}));
  ASSERT_TRUE(Append("after").ok());

  // What recovery showed once is never taken back, although the sync of it had failed.
  LosePower();
  auto expected = shown;
  for (auto& record : NumberedRecords("c", "after", 3)) expected.push_back(record);
  EXPECT_EQ(driver_.ReadAll(log_), expected);
}

TEST_F(FailedWriteTest, WhatRecoveryShowsSurvivesALossOfPowerAtOnce) {
  files_->FailSyncs(IOStatus::IOError("input/output error"));
  ASSERT_FALSE(Append("unknown").ok());
  files_->Heal();
  ASSERT_TRUE(driver_.store().Recover().ok());
  const auto shown = driver_.ReadAll(log_);
  LosePower();
  EXPECT_EQ(driver_.ReadAll(log_), shown);
}

TEST_F(FailedWriteTest, AFullDiskInTheMiddleOfAWriteLeavesNothingOfIt) {
  files_->FailWrites(IOStatus::NoSpace("no space left on device"));
  EXPECT_EQ(ReasonOf(Append("torn")), Reason::kStoreFailed);
  EXPECT_EQ(driver_.ReadAll(log_), synced_);
  files_->Heal();
  ASSERT_TRUE(driver_.store().Recover().ok());
  EXPECT_EQ(driver_.ReadAll(log_), synced_);
  ASSERT_TRUE(Append("after").ok());
  driver_.Reopen();
  EXPECT_EQ(driver_.ReadAll(log_), With({"after"}));
}

TEST_F(FailedWriteTest, ReadsGoOnWhileTheDiskStaysFull) {
  files_->FailWrites(IOStatus::NoSpace("no space left on device"));
  ASSERT_FALSE(Append("torn").ok());
  for (int i = 0; i < 3; ++i) {
    ASSERT_FALSE(driver_.store().Recover().ok());
    const auto records = driver_.Read(log_, 0, 10);
    ASSERT_TRUE(records.ok()) << records.status();
    EXPECT_EQ(*records, synced_);
    EXPECT_FALSE(Append("refused").ok());
  }
  files_->Heal();
  ASSERT_TRUE(driver_.store().Recover().ok());
  ASSERT_TRUE(Append("after").ok());
  EXPECT_EQ(driver_.ReadAll(log_), With({"after"}));
}

TEST_F(FailedWriteTest, WrittenAndNotSyncedRecordsAreNotLostByAFailedWrite) {
  ASSERT_TRUE(driver_.Append(log_, NumberedRecords("c", "os", 3), Durability::kOs).ok());
  files_->FailWrites(IOStatus::NoSpace("no space left on device"));
  ASSERT_FALSE(Append("torn").ok());
  files_->Heal();
  ASSERT_TRUE(driver_.store().Recover().ok());
  EXPECT_EQ(driver_.ReadAll(log_), With({"os"}));
}

TEST_F(FailedWriteTest, AFailedFlushIsFoundByTheNextCommitsAndNothingIsLost) {
  // Fills memtables; then new files cannot be written, and at some point neither can the log file.
  files_->FailSyncs(IOStatus::IOError("input/output error"));
  const std::string big(20'000, 'b');
  std::vector<testing::TestRecord> expected = synced_;
  absl::Status status;
  for (int i = 0; i < 200 && status.ok(); ++i) {
    const auto records = NumberedRecords("c", big + std::to_string(i), 3);
    status = driver_.Append(log_, records, Durability::kOs);
    if (status.ok()) expected.insert(expected.end(), records.begin(), records.end());
  }
  EXPECT_EQ(ReasonOf(status), Reason::kStoreFailed) << "a store that cannot flush must say so";
  files_->Heal();
  ASSERT_TRUE(driver_.store().Recover().ok());
  auto found = driver_.ReadAll(log_);
  ASSERT_GE(found.size(), expected.size());
  found.resize(expected.size());
  EXPECT_EQ(found, expected);
}

TEST_F(FailedWriteTest, RecoveryRefusesAStoreThatEndsBelowTheFloorAndChangesNothing) {
  ASSERT_TRUE(Append("acknowledged").ok());
  files_->FailWrites(IOStatus::NoSpace("no space left on device"));
  ASSERT_FALSE(Append("torn").ok());
  files_->Heal();
  // Meanwhile the disk lost something older.
  auto before = testing::DamageNewestLogFile(scratch_ / "data");
  const auto status = driver_.store().Recover();
  EXPECT_EQ(ReasonOf(status), Reason::kBelowFloor) << status;
  auto after = testing::ImageOf(scratch_ / "data");
  // The floor follows what was acknowledged a moment later, by a thread of its own.
  before.erase("FLOOR");
  after.erase("FLOOR");
  EXPECT_TRUE(testing::WithoutSpareZeros(after) == testing::WithoutSpareZeros(before))
      << "something was changed or deleted";
  EXPECT_FALSE(Append("refused").ok());
}

}  // namespace
}  // namespace replog
