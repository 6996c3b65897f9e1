#include <gtest/gtest.h>

#include <filesystem>
#include <fstream>

#include "tests/faults/support/directory_image.h"
#include "tests/storage/support/store_driver.h"
#include "tests/support/child_process.h"
#include "tests/support/temp_directory.h"

namespace replog {
namespace {

namespace fs = std::filesystem;
using testing::TestRecord;

constexpr size_t kBlock = 32 << 10;  // of RocksDB's log format
// Less room than a record's header at the end of a block is filled with zeros; the next record begins the
// next block.
constexpr size_t kTrailer = 3;

// Unsynced commits in a write-ahead log of which the power loss spared a later page and not an earlier one.
class WalHoleTest : public ::testing::Test {
 protected:
  size_t AppendAndMeasure(size_t text_bytes) {
    records_.push_back({"c", std::string(text_bytes, 't')});
    testing::MustWork(driver_.Append(log_, {records_.back()}, Durability::kOs));
    return testing::WrittenBytes(LogFile(driver_.options().directory));
  }
  static std::string LogFile(const std::string& directory) {
    return testing::EngineFiles(directory, ".log").back();
  }

  const testing::TempDirectory scratch_;
  testing::StoreDriver driver_{testing::SmallStore(scratch_ / "live")};
  const LogNumber log_ = driver_.Create("log");
  std::vector<TestRecord> records_;
};

// Where a record ends with its block nothing but the sequence numbers tells that something is missing.
TEST_F(WalHoleTest, AHoleUpToTheEndOfABlockEndsTheHistoryThere) {
  const size_t before = AppendAndMeasure(1'000);
  const size_t hole = AppendAndMeasure(1'000);
  const size_t overhead = hole - before - 1'000;
  // Two bytes more for the longer lengths in it.
  const size_t end = AppendAndMeasure(kBlock - kTrailer - hole - overhead - 2);
  ASSERT_LT(end, kBlock);
  ASSERT_GT(end + 7, kBlock) << "another record would begin in this block";
  ASSERT_GT(AppendAndMeasure(100), kBlock);

  const StoreOptions lost = testing::SmallStore(scratch_ / "data");
  fs::copy(driver_.options().directory, lost.directory, fs::copy_options::recursive);
  std::string content = testing::ReadFile(LogFile(lost.directory));
  std::fill(content.begin() + static_cast<ptrdiff_t>(hole), content.begin() + kBlock, '\0');
  std::ofstream(LogFile(lost.directory), std::ios::binary) << content;

  testing::StoreDriver found(lost);
  EXPECT_EQ(found.ReadAll(log_), (std::vector<TestRecord>(records_.begin(), records_.begin() + 2)));
  EXPECT_EQ(found.Verify(log_).problem_count, 0u);
}

}  // namespace
}  // namespace replog
