#include "storage/rocks/data_directory.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <filesystem>
#include <fstream>

#include "base/error.h"
#include "tests/storage/support/store_driver.h"
#include "tests/support/temp_directory.h"

namespace replog {
namespace {

namespace fs = std::filesystem;
using ::testing::HasSubstr;

class DataDirectoryTest : public ::testing::Test {
 protected:
  void Touch(const std::string& path) { std::ofstream(path) << "x"; }
  // What opening `path` is refused with. The message must name the directory.
  std::optional<Reason> Refusal(const std::string& path) {
    const auto status = DataDirectory::Open(path).status();
    if (!status.ok()) {
      EXPECT_THAT(std::string(status.message()), HasSubstr(path));
    }
    return ReasonOf(status);
  }

  const testing::TempDirectory scratch_;
  const std::string path_ = scratch_ / "data";
};

TEST_F(DataDirectoryTest, IsMadeWhenItsParentExists) {
  const auto directory = DataDirectory::Open(path_);
  ASSERT_TRUE(directory.ok()) << directory.status();
  EXPECT_TRUE(fs::is_directory(path_));
  EXPECT_TRUE((*directory)->fresh());
}

TEST_F(DataDirectoryTest, AMissingParentIsRefused) {
  EXPECT_EQ(Refusal(scratch_ / "missing/data"), Reason::kWrongDirectory);
  EXPECT_FALSE(fs::exists(scratch_ / "missing"));
}

TEST_F(DataDirectoryTest, AFileInItsPlaceIsRefused) {
  Touch(path_);
  EXPECT_EQ(Refusal(path_), Reason::kWrongDirectory);
  EXPECT_EQ(Refusal(path_ + "/below"), Reason::kWrongDirectory);
}

TEST_F(DataDirectoryTest, SomebodyElsesFilesAreRefusedAndLeftAlone) {
  fs::create_directory(path_);
  Touch(path_ + "/thesis.tex");
  EXPECT_EQ(Refusal(path_), Reason::kWrongDirectory);
  EXPECT_EQ(std::distance(fs::directory_iterator(path_), fs::directory_iterator()), 1) << "nothing was added";
}

TEST_F(DataDirectoryTest, AMountPointsOwnFolderIsNoObstacle) {
  fs::create_directories(path_ + "/lost+found");
  const auto directory = DataDirectory::Open(path_);
  ASSERT_TRUE(directory.ok()) << directory.status();
  EXPECT_TRUE((*directory)->fresh());
}

TEST_F(DataDirectoryTest, ASecondOpenIsRefusedUntilTheFirstCloses) {
  auto first = DataDirectory::Open(path_);
  ASSERT_TRUE(first.ok());
  EXPECT_EQ(Refusal(path_), Reason::kStoreLocked);
  first->reset();
  EXPECT_TRUE(DataDirectory::Open(path_).ok());
}

TEST_F(DataDirectoryTest, ASecondStoreOnOneDirectoryIsRefused) {
  testing::StoreDriver driver(testing::SmallStore(path_));
  EXPECT_EQ(ReasonOf(RocksStore::Open(driver.options()).status()), Reason::kStoreLocked);
  EXPECT_EQ(ReasonOf(RocksStore::OpenReadOnly(driver.options()).status()), Reason::kStoreLocked);
}

TEST_F(DataDirectoryTest, WhatHoldsAStoreIsNotFresh) {
  { testing::StoreDriver driver(testing::SmallStore(path_)); }
  const auto directory = DataDirectory::Open(path_);
  ASSERT_TRUE(directory.ok());
  EXPECT_FALSE((*directory)->fresh());
}

TEST_F(DataDirectoryTest, AStartThatWasKilledBeforeTheFloorWasWrittenIsNoObstacle) {
  // Nothing was ever acknowledged there, and the first file had no content yet.
  fs::create_directory(path_);
  Touch(path_ + "/LOCK");
  Touch(path_ + "/FLOOR.new");
  const auto store = RocksStore::Open(testing::SmallStore(path_));
  EXPECT_TRUE(store.ok()) << store.status();
}

TEST_F(DataDirectoryTest, LookingAtADirectoryWithoutAStoreIsRefusedAndMakesNothing) {
  EXPECT_EQ(ReasonOf(RocksStore::OpenReadOnly(testing::SmallStore(path_)).status()), Reason::kWrongDirectory);
  EXPECT_FALSE(fs::exists(path_));
}

}  // namespace
}  // namespace replog
