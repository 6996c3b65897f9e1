#include "storage/rocks/catalog.h"

#include "replog/storage/v1/meta.pb.h"
#include "storage/schema/families.h"
#include "storage/schema/meta_key.h"
#include "tests/storage/rocks/store_test.h"

namespace replog {
namespace {

using ::testing::ElementsAre;
using testing::NumberedRecords;

class CatalogTest : public testing::StoreTest {
 protected:
  std::vector<std::string> Names() {
    std::vector<std::string> names;
    for (const StoredLog& log : store().Logs()) names.push_back(log.descriptor.name);
    return names;
  }
};

TEST_F(CatalogTest, ANewLogIsEmptyAndHasAnIdentity) {
  const StoredLog log = driver_.LogOf(log_);
  EXPECT_EQ(log.descriptor.name, "log");
  EXPECT_EQ(log.descriptor.uuid.size(), 36u);
  EXPECT_EQ(log.end, 0u);
  EXPECT_EQ(log.first_kept, 0u);
  EXPECT_GT(log.epochs.current(), 0u);
  EXPECT_NE(driver_.LogOf(driver_.Create("other")).descriptor.uuid, log.descriptor.uuid);
}

TEST_F(CatalogTest, SettingsAreKept) {
  LogDescriptor descriptor = driver_.LogOf(log_).descriptor;
  descriptor.settings = {
      .durability = Durability::kOs, .retention_age_us = 1, .retention_bytes = 2, .retention_records = 3};
  ASSERT_TRUE(store().UpdateLog(descriptor).ok());
  driver_.Reopen();
  const LogSettings kept = driver_.LogOf(log_).descriptor.settings;
  EXPECT_EQ(kept.durability, Durability::kOs);
  EXPECT_EQ(kept.retention_age_us, 1);
  EXPECT_EQ(kept.retention_bytes, 2u);
  EXPECT_EQ(kept.retention_records, 3u);
}

TEST_F(CatalogTest, AnUnknownLogCannotBeChanged) {
  LogDescriptor unknown;
  unknown.number = 99;
  EXPECT_EQ(ReasonOf(store().UpdateLog(unknown)), Reason::kLogNotFound);
  EXPECT_EQ(ReasonOf(store().Trim(99, 5)), Reason::kLogNotFound);
}

TEST_F(CatalogTest, ADeletedLogIsGoneWithItsRecords) {
  const LogNumber other = driver_.Create("other");
  ASSERT_TRUE(driver_.Append(log_, NumberedRecords("c", "gone", 10)).ok());
  ASSERT_TRUE(driver_.Append(other, NumberedRecords("c", "kept", 10)).ok());
  ASSERT_TRUE(store().DeleteLog(log_).ok());
  EXPECT_THAT(Names(), ElementsAre("other"));
  driver_.Reopen();
  EXPECT_THAT(Names(), ElementsAre("other"));
  EXPECT_EQ(driver_.ReadAll(other), NumberedRecords("c", "kept", 10));
  EXPECT_FALSE(driver_.Read(log_, 0, 10).ok());
  EXPECT_TRUE(store().Channels(log_, 0, "", "", 10, false)->empty());
}

TEST_F(CatalogTest, ALogsNumberIsNeverGivenToAnother) {
  const LogNumber second = driver_.Create("second");
  ASSERT_TRUE(store().DeleteLog(second).ok());
  const LogNumber third = driver_.Create("third");
  EXPECT_GT(third, second);
  ASSERT_TRUE(store().DeleteLog(third).ok());
  driver_.Reopen();
  EXPECT_GT(driver_.Create("fourth"), third);
}

TEST_F(CatalogTest, EpochsGrowAtEachOpen) {
  Epoch before = driver_.LogOf(log_).epochs.current();
  for (int i = 0; i < 5; ++i) {
    ASSERT_TRUE(driver_.Append(log_, NumberedRecords("c", "text", 3)).ok());
    driver_.Reopen();
    const StoredLog log = driver_.LogOf(log_);
    EXPECT_GT(log.epochs.current(), before);
    EXPECT_EQ(log.epochs.EpochOf(log.end - 1), before) << "records keep the epoch they were written in";
    before = log.epochs.current();
  }
}

TEST_F(CatalogTest, EpochsGrowAlsoWhenNothingWasWritten) {
  const Epoch before = driver_.LogOf(log_).epochs.current();
  driver_.Reopen();
  driver_.Reopen();
  EXPECT_EQ(driver_.LogOf(log_).epochs.current(), before + 2);
  EXPECT_EQ(driver_.LogOf(log_).epochs.entries().size(), 1u) << "the table does not grow with empty epochs";
}

TEST_F(CatalogTest, EndTimeAndSizeAreFoundAgain) {
  ASSERT_TRUE(driver_.Append(log_, NumberedRecords("c", "text", 3), Durability::kSync, 7'000'000).ok());
  const StoredLog before = driver_.LogOf(log_);
  driver_.Reopen();
  const StoredLog after = driver_.LogOf(log_);
  EXPECT_EQ(after.end, 3u);
  EXPECT_EQ(after.last_time_us, 7'000'000);
  EXPECT_EQ(after.bytes_before_end, before.bytes_before_end);
  EXPECT_EQ(after.descriptor.uuid, before.descriptor.uuid);
  EXPECT_EQ(after.descriptor.created_us, before.descriptor.created_us);
}

TEST_F(CatalogTest, ManyLogsKeepTheirRecordsApart) {
  std::vector<LogNumber> logs;
  for (int i = 0; i < 50; ++i) logs.push_back(driver_.Create("log-" + std::to_string(i)));
  for (int round = 0; round < 3; ++round) {
    std::vector<LogCommit> commits;
    for (const LogNumber log : logs) {
      commits.push_back(
          testing::MakeCommit(driver_.LogOf(log), NumberedRecords("c", "log " + std::to_string(log), 4)));
    }
    ASSERT_TRUE(store().Commit(commits, Durability::kSync).ok());
  }
  driver_.Reopen();
  for (const LogNumber log : logs) {
    std::vector<testing::TestRecord> expected;
    for (int round = 0; round < 3; ++round) {
      for (auto& record : NumberedRecords("c", "log " + std::to_string(log), 4)) expected.push_back(record);
    }
    EXPECT_EQ(driver_.ReadAll(log), expected);
  }
}

TEST_F(CatalogTest, ANewerFormatIsRefusedAndLeftAlone) {
  ASSERT_TRUE(driver_.Append(log_, NumberedRecords("c", "text", 3)).ok());
  driver_.Close();
  std::string newer;
  testing::EditEngine(driver_.options(), [&](const Engine& engine) {
    storage::v1::StoredIdentity identity;
    std::string value;
    ASSERT_TRUE(engine.db()->Get({}, engine.meta(), schema::StoreKey(), &value).ok());
    ASSERT_TRUE(identity.ParseFromString(value));
    identity.set_format_version(schema::kFormatVersion + 1);
    newer = identity.SerializeAsString();
    ASSERT_TRUE(engine.db()->Put({}, engine.meta(), schema::StoreKey(), newer).ok());
  });
  const auto status = driver_.Open();
  EXPECT_EQ(ReasonOf(status), Reason::kFormatTooNew) << status;
  EXPECT_THAT(std::string(status.message()),
              ::testing::HasSubstr(std::to_string(schema::kFormatVersion + 1)));
  EXPECT_EQ(ReasonOf(RocksStore::OpenReadOnly(driver_.options()).status()), Reason::kFormatTooNew);
  testing::EditEngine(driver_.options(), [&](const Engine& engine) {
    std::string value;
    ASSERT_TRUE(engine.db()->Get({}, engine.meta(), schema::StoreKey(), &value).ok());
    EXPECT_EQ(value, newer);
  });
}

TEST_F(CatalogTest, DamagedMetaDataIsRefused) {
  driver_.Close();
  testing::EditEngine(driver_.options(), [&](const Engine& engine) {
    ASSERT_TRUE(engine.db()->Put({}, engine.meta(), schema::LogKey(log_), "\xff\xff").ok());
  });
  EXPECT_EQ(ReasonOf(driver_.Open()), Reason::kCorruptChunk);
}

TEST(Uuid, IsOfVersionFourAndNeverTheSame) {
  std::set<std::string> seen;
  for (int i = 0; i < 1000; ++i) {
    const std::string uuid = MakeUuid();
    ASSERT_THAT(
        uuid, ::testing::MatchesRegex("[0-9a-f]{8}-[0-9a-f]{4}-4[0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}"));
    ASSERT_TRUE(seen.insert(uuid).second);
  }
}

}  // namespace
}  // namespace replog
