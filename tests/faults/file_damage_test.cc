#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <filesystem>
#include <fstream>

#include "base/error.h"
#include "tests/faults/support/directory_image.h"
#include "tests/storage/support/store_driver.h"
#include "tests/support/child_process.h"
#include "tests/support/temp_directory.h"

namespace replog {
namespace {

namespace fs = std::filesystem;
using testing::EngineFiles;
using ::testing::HasSubstr;
using testing::ImageOf;
using testing::NumberedRecords;

// Two data directories with everything in them acknowledged and below the floor: one as a kill -9 leaves it,
// with all of it in the write-ahead log, one as closing leaves it, with tables.
class FileDamageTest : public ::testing::Test {
 protected:
  static constexpr int kCommits = 40;
  static constexpr size_t kPage = 4096;

  // The one of a kill, with `text_bytes` in each record.
  void MakeKilled(size_t text_bytes = 100) {
    testing::StoreDriver driver(testing::SmallStore(scratch_ / "live"));
    Fill(driver, text_bytes);
    whole_ = testing::SettledImageOf(scratch_ / "live");
    driver.Close();
    // Closing wrote the floor's last state.
    whole_["FLOOR"] = testing::ReadFile(scratch_ / "live/FLOOR");
    Restore();
  }

  // The one of closing.
  void MakeClosed() {
    testing::StoreDriver driver(options_);
    Fill(driver, 20'000);
    driver.Close();
    whole_ = ImageOf(options_.directory);
  }

  void Fill(testing::StoreDriver& driver, size_t text_bytes) {
    const LogNumber log = driver.Create("orders");
    for (int i = 0; i < kCommits; ++i) {
      const auto records = NumberedRecords("c", std::to_string(i) + std::string(text_bytes, 't'), 5);
      ASSERT_TRUE(driver.Append(log, records).ok());
      all_.insert(all_.end(), records.begin(), records.end());
    }
    log_ = log;
  }

  // Puts everything back as it was made.
  void Restore() {
    fs::remove_all(options_.directory);
    for (const auto& [name, content] : whole_) {
      const fs::path path = fs::path(options_.directory) / name;
      fs::create_directories(path.parent_path());
      std::ofstream(path, std::ios::binary) << content;
    }
  }

  // Opening must fail and leave every file as it is. Returns why it failed.
  absl::Status Refusal() {
    const auto before = ImageOf(options_.directory);
    auto status = RocksStore::Open(options_).status();
    EXPECT_FALSE(status.ok()) << "a damaged store was opened";
    EXPECT_TRUE(ImageOf(options_.directory) == before) << "something was changed or deleted";
    return status;
  }
  // Opening must be refused, or show that nothing is missing: some files are empty or not needed any more.
  void ExpectRefusalOrEverything(const std::string& what) {
    SCOPED_TRACE(what);
    const auto before = ImageOf(options_.directory);
    if (!RocksStore::Open(options_).ok()) {
      EXPECT_TRUE(ImageOf(options_.directory) == before) << "something was changed or deleted";
      return;
    }
    testing::StoreDriver driver(options_);
    ASSERT_EQ(driver.store().Logs().size(), 1u) << "the log itself is gone";
    EXPECT_EQ(driver.ReadAll(log_).size(), all_.size());
    EXPECT_EQ(driver.Verify(log_).problem_count, 0u);
  }
  std::string NewestLogFile() { return EngineFiles(options_.directory, ".log").back(); }

  const testing::TempDirectory scratch_;
  const StoreOptions options_ = testing::SmallStore(scratch_ / "data");
  LogNumber log_ = 0;
  std::vector<testing::TestRecord> all_;
  testing::DirectoryImage whole_;
};

TEST_F(FileDamageTest, WholeFilesGiveEverything) {
  MakeKilled();
  testing::StoreDriver driver(options_);
  EXPECT_EQ(driver.ReadAll(log_), all_);
}

TEST_F(FileDamageTest, ATruncatedWriteAheadLogIsRefusedAndLeftAlone) {
  MakeKilled();
  const size_t size = testing::WrittenBytes(NewestLogFile());
  for (const size_t left : {size - 1, size - 100, size / 2, size / 10, size_t{1}, size_t{0}}) {
    Restore();
    fs::resize_file(NewestLogFile(), left);
    EXPECT_EQ(ReasonOf(Refusal()), Reason::kBelowFloor) << left << " of " << size << " bytes left";
  }
}

TEST_F(FileDamageTest, TheRefusalSaysWhichLogsMissWhat) {
  MakeKilled();
  fs::resize_file(NewestLogFile(), testing::WrittenBytes(NewestLogFile()) / 2);
  const std::string message(Refusal().message());
  EXPECT_THAT(message, HasSubstr("orders"));
  EXPECT_THAT(message, HasSubstr("from sequence"));
  EXPECT_THAT(message, HasSubstr(options_.directory));
  EXPECT_THAT(message, HasSubstr("Nothing was changed"));
}

TEST_F(FileDamageTest, ADeletedWriteAheadLogIsRefused) {
  MakeKilled();
  fs::remove(NewestLogFile());
  EXPECT_EQ(ReasonOf(Refusal()), Reason::kBelowFloor);
}

TEST_F(FileDamageTest, AnyDeletedWriteAheadLogThatIsNeededIsRefused) {
  MakeKilled(20'000);
  const auto files = EngineFiles(options_.directory, ".log");
  for (const std::string& file : files) {
    Restore();
    fs::remove(file);
    ExpectRefusalOrEverything(file);
  }
}

TEST_F(FileDamageTest, AnyFlippedBitOfTheWriteAheadLogIsRefused) {
  MakeKilled(30);
  const size_t bits = testing::WrittenBytes(NewestLogFile()) * 8;
  for (size_t bit = 3; bit < bits; bit += bits / 150) {
    Restore();
    testing::FlipBit(NewestLogFile(), bit);
    EXPECT_EQ(ReasonOf(Refusal()), Reason::kBelowFloor) << "bit " << bit << " of " << bits;
    if (HasFailure()) break;
  }
}

TEST_F(FileDamageTest, AnyZeroedPageOfTheWriteAheadLogIsRefused) {
  // So large that pages and the log's blocks hold parts of records and whole ones.
  MakeKilled(2'000);
  const size_t size = testing::WrittenBytes(NewestLogFile());
  for (size_t begin = 0; begin < size; begin += kPage) {
    Restore();
    std::string content = whole_.at(fs::relative(NewestLogFile(), options_.directory));
    std::fill_n(content.begin() + static_cast<ptrdiff_t>(begin), std::min(kPage, size - begin), '\0');
    std::ofstream(NewestLogFile(), std::ios::binary) << content;
    EXPECT_EQ(ReasonOf(Refusal()), Reason::kBelowFloor) << "the page at " << begin << " of " << size;
    if (HasFailure()) break;
  }
}

TEST_F(FileDamageTest, DamageAboveTheFloorEndsTheHistoryThere) {
  MakeKilled();
  // A floor of the beginning: nothing was said to be synced.
  const testing::TempDirectory other;
  { testing::StoreDriver fresh(testing::SmallStore(other / "data")); }
  fs::copy_file(other / "data/FLOOR", options_.directory + "/FLOOR", fs::copy_options::overwrite_existing);
  fs::resize_file(NewestLogFile(), testing::WrittenBytes(NewestLogFile()) / 2);
  testing::StoreDriver driver(options_);
  auto found = driver.ReadAll(log_);
  ASSERT_GT(found.size(), 0u);
  ASSERT_LT(found.size(), all_.size());
  EXPECT_EQ(found.size() % 5, 0u) << "half a commit";
  EXPECT_TRUE(std::equal(found.begin(), found.end(), all_.begin()));
}

TEST_F(FileDamageTest, AMissingFloorIsRefused) {
  MakeKilled();
  fs::remove(options_.directory + "/FLOOR");
  EXPECT_EQ(ReasonOf(Refusal()), Reason::kBelowFloor);
}

TEST_F(FileDamageTest, AMissingCurrentIsRefused) {
  MakeKilled();
  fs::remove(options_.directory + "/db/CURRENT");
  const auto status = Refusal();
  EXPECT_EQ(ReasonOf(status), Reason::kBelowFloor);
  EXPECT_THAT(std::string(status.message()), HasSubstr("CURRENT"));
}

TEST_F(FileDamageTest, AMissingEngineIsRefusedAndNotMadeAgain) {
  MakeKilled();
  fs::remove_all(options_.directory + "/db");
  EXPECT_EQ(ReasonOf(Refusal()), Reason::kBelowFloor);
  EXPECT_FALSE(fs::exists(options_.directory + "/db/CURRENT"));
}

TEST_F(FileDamageTest, AMissingManifestIsRefused) {
  MakeKilled();
  fs::remove(EngineFiles(options_.directory, "MANIFEST").back());
  EXPECT_THAT(std::string(Refusal().message()), HasSubstr("MANIFEST"));
}

TEST_F(FileDamageTest, ATruncatedManifestIsNeverSilence) {
  MakeClosed();
  const std::string manifest = EngineFiles(options_.directory, "MANIFEST").back();
  const size_t size = fs::file_size(manifest);
  for (const size_t left : {size_t{0}, size / 4, size / 2, size - 1}) {
    Restore();
    fs::resize_file(manifest, left);
    ExpectRefusalOrEverything(std::to_string(left) + " of " + std::to_string(size) + " bytes");
  }
}

TEST_F(FileDamageTest, AMissingTableIsRefusedByItsName) {
  MakeClosed();
  const auto tables = testing::LiveTables(options_.directory);
  ASSERT_GE(tables.size(), 2u);
  for (const std::string& table : tables) {
    Restore();
    fs::remove(table);
    // RocksDB looks for it under an older extension last, and says so.
    EXPECT_THAT(std::string(Refusal().message()), HasSubstr(fs::path(table).stem().string()));
  }
}

TEST_F(FileDamageTest, ATruncatedTableIsRefusedByItsName) {
  MakeClosed();
  const auto tables = testing::LiveTables(options_.directory);
  for (const std::string& table : tables) {
    Restore();
    fs::resize_file(table, fs::file_size(table) / 2);
    EXPECT_THAT(std::string(Refusal().message()), HasSubstr(fs::path(table).filename().string()));
  }
}

}  // namespace
}  // namespace replog
