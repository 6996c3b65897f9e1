// Kept data directories of every format of the past, opened as they are and after an upgrade that was cut
// off.
#include <filesystem>
#include <map>

#include "rocksdb/file_system.h"
#include "tests/storage/rocks/store_test.h"
#include "tests/storage/support/faulty_file_system.h"
#include "tests/support/child_process.h"

namespace replog {
namespace {

// What is in a kept directory: each log's first kept sequence and its end. See tests/data.
struct Kept {
  uint32_t format;
  std::map<std::string, std::pair<Sequence, Sequence>> logs;
};
const std::vector<Kept> kKept{
    {1, {{"default", {5, 120}}, {"orders", {0, 10}}}},
    {2, {{"default", {0, 121}}}},
    {3, {{"default", {5, 44}}, {"orders", {0, 20}}, {"_system", {0, 5}}}},
};

class UpgradeTest : public ::testing::TestWithParam<Kept> {
 protected:
  // Puts the kept directory in the place of what was there.
  void Unpack() const {
    std::filesystem::remove_all(data_);
    const std::string archive =
        std::string(REPLOG_TEST_DATA) + "/format-" + std::to_string(GetParam().format) + ".tar.gz";
    ASSERT_EQ(testing::RunProgram({"/bin/tar", "-xzf", archive, "-C", scratch_.path()}).exit_code, 0);
  }
  static void ExpectWhole(RocksStore& store) {
    std::map<std::string, std::pair<Sequence, Sequence>> logs;
    for (const StoredLog& log : store.Logs()) {
      logs[log.descriptor.name] = {log.first_kept, log.end};
      VerifyProgress verified;
      const auto status =
          store.Verify(log.descriptor.number, log.first_kept, log.end, [&](const VerifyProgress& progress) {
            verified = progress;
            return true;
          });
      EXPECT_TRUE(status.ok()) << status;
      EXPECT_EQ(verified.problem_count, 0u) << log.descriptor.name;
      EXPECT_GE(verified.records, log.end - log.first_kept)
          << log.descriptor.name << ", and of its first chunk";
    }
    EXPECT_EQ(logs, GetParam().logs);
  }

  const testing::TempDirectory scratch_;
  const std::string data_ = scratch_ / "data";
};

TEST_P(UpgradeTest, IsLookedAtAsItIs) {
  Unpack();
  const auto store = RocksStore::OpenReadOnly(testing::SmallStore(data_));
  ASSERT_TRUE(store.ok()) << store.status();
  ExpectWhole(**store);
}

TEST_P(UpgradeTest, IsOpenedAndIsThenOfThisFormat) {
  Unpack();
  for (int i = 0; i < 2; ++i) {
    testing::StoreDriver driver(testing::SmallStore(data_));
    ExpectWhole(driver.store());
    const LogNumber log = driver.Create("new-" + std::to_string(i));
    ASSERT_TRUE(driver.Append(log, testing::NumberedRecords("c", "text", 2)).ok());
    testing::MustWork(driver.store().DeleteLog(log));
  }
}

// The power goes in the middle of the first start, after ever more changes to the disk.
TEST_P(UpgradeTest, OneThatWasCutOffGoesOn) {
  if (GetParam().format == schema::kFormatVersion) GTEST_SKIP() << "the newest needs no upgrade";
  std::mt19937_64 random(GetParam().format);
  bool finished = false;
  for (uint64_t changes = 0; !finished; changes += 2) {
    SCOPED_TRACE(changes);
    Unpack();
    const auto files = std::make_shared<testing::FaultyFileSystem>();
    const auto env = rocksdb::NewCompositeEnv(files);
    files->PowerOffAfter(changes);
    {
      const auto store = RocksStore::Open(testing::SmallStore(data_, env.get()));
      finished = store.ok() && !files->off();
    }
    files->PowerOn(random);
    const auto store = RocksStore::Open(testing::SmallStore(data_));
    ASSERT_TRUE(store.ok()) << store.status();
    ExpectWhole(**store);
  }
}

INSTANTIATE_TEST_SUITE_P(Formats, UpgradeTest, ::testing::ValuesIn(kKept),
                         [](const auto& kept) { return "Format" + std::to_string(kept.param.format); });

TEST(Upgrade, EveryFormatOfThePastIsKept) {
  ASSERT_EQ(kKept.size(), schema::kFormatVersion) << "a new format? then keep a directory of it: tests/data";
}

}  // namespace
}  // namespace replog
