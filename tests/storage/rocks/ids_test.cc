#include "proto/wire/fields.h"
#include "storage/schema/id_key.h"
#include "tests/storage/rocks/store_test.h"

namespace replog {
namespace {

using ::testing::UnorderedElementsAre;
namespace rf = wire::record_field;

constexpr int64_t kSecondUs = 1'000'000;

class IdsTest : public testing::StoreTest {
 protected:
  // One commit of records with these ids; an empty one: a record without.
  void Append(const std::vector<std::string>& ids, int64_t time_us = kSecondUs) {
    const StoredLog log = driver_.LogOf(log_);
    ChunkBuilder builder({log_, log.epochs.current(), log.end, log.bytes_before_end, time_us});
    for (const std::string& id : ids) {
      std::string record = testing::EncodeNewRecord({"c", "text"});
      if (!id.empty()) wire::AppendBytesField(record, rf::kId, id);
      builder.Add(record, {.identified = true});
    }
    const std::vector<LogCommit> commits{{log_, builder.Finish()}};
    ASSERT_TRUE(store().Commit(commits, Durability::kSync).ok());
  }
  std::vector<std::optional<IdEntry>> Find(const std::vector<std::string_view>& ids) {
    auto found = store().FindIds(log_, ids);
    testing::MustWork(found.status());
    return *std::move(found);
  }
  std::optional<IdEntry> Find(std::string_view id) { return Find(std::vector{id}).front(); }
  // The ids of the log on disk, after a compaction of everything. Closes the store.
  std::vector<std::string> OnDiskAfterCompaction() {
    driver_.Close();
    std::vector<std::string> ids;
    testing::EditEngine(driver_.options(), [&](const Engine& engine) {
      rocksdb::CompactRangeOptions options;
      options.bottommost_level_compaction = rocksdb::BottommostLevelCompaction::kForce;
      ASSERT_TRUE(engine.db()->CompactRange(options, engine.ids(), nullptr, nullptr).ok());
      const std::unique_ptr<rocksdb::Iterator> iterator(engine.db()->NewIterator({}, engine.ids()));
      for (iterator->SeekToFirst(); iterator->Valid(); iterator->Next())
        ids.emplace_back(schema::IdKey::Decode(iterator->key().ToStringView())->id);
    });
    return ids;
  }
};

TEST_F(IdsTest, TellsTheNewestRecordOfEachId) {
  Append({"a", "", "b"});
  Append({"a"}, 2 * kSecondUs);
  const auto found = Find({"b", "unknown", "a", "b"});
  ASSERT_EQ(found.size(), 4u);
  EXPECT_EQ(found[0]->sequence, 2u);
  EXPECT_EQ(found[0]->time_us, kSecondUs);
  EXPECT_FALSE(found[1]);
  EXPECT_EQ(found[2]->sequence, 3u);
  EXPECT_EQ(found[2]->time_us, 2 * kSecondUs);
  EXPECT_EQ(found[3]->sequence, 2u);
}

TEST_F(IdsTest, SurviveAReopenATrimAndTheDeletionOfAnotherLog) {
  Append({"a", "b"});
  const LogNumber other = driver_.Create("other");
  driver_.Reopen();
  ASSERT_TRUE(store().Trim(log_, 2).ok());
  ASSERT_TRUE(store().DeleteLog(other).ok());
  driver_.Reopen();
  EXPECT_EQ(Find("b")->sequence, 1u);
}

TEST_F(IdsTest, AreOfOneLogAndGoWithIt) {
  Append({"a"});
  const LogNumber other = driver_.Create("other");
  EXPECT_FALSE(store().FindIds(other, std::vector<std::string_view>{"a"})->front());
  ASSERT_TRUE(store().DeleteLog(log_).ok());
  EXPECT_FALSE(Find("a"));
}

TEST_F(IdsTest, CompactionDropsWhatTheWindowHasForgotten) {
  LogDescriptor descriptor = driver_.LogOf(log_).descriptor;
  descriptor.settings.dedupe_window_us = 10 * kSecondUs;
  ASSERT_TRUE(store().UpdateLog(descriptor).ok());
  Append({"old"}, 1 * kSecondUs);
  Append({"border"}, 11 * kSecondUs);
  Append({"again"}, 2 * kSecondUs);
  Append({"again", "new"}, 21 * kSecondUs);
  EXPECT_TRUE(Find("old")) << "until a compaction comes by";
  EXPECT_THAT(OnDiskAfterCompaction(), UnorderedElementsAre("border", "again", "new"));
}

TEST_F(IdsTest, ALongerWindowKeepsMoreFromThenOn) {
  Append({"a"}, kSecondUs);
  LogDescriptor descriptor = driver_.LogOf(log_).descriptor;
  descriptor.settings.dedupe_window_us = kMaxDedupeWindowUs;
  ASSERT_TRUE(store().UpdateLog(descriptor).ok());
  Append({"b"}, kMaxDedupeWindowUs + kSecondUs);
  EXPECT_THAT(OnDiskAfterCompaction(), UnorderedElementsAre("a", "b"));
}

TEST_F(IdsTest, WithoutAWindowNothingIsKept) {
  LogDescriptor descriptor = driver_.LogOf(log_).descriptor;
  descriptor.settings.dedupe_window_us = 0;
  ASSERT_TRUE(store().UpdateLog(descriptor).ok());
  Append({"a"});
  EXPECT_TRUE(OnDiskAfterCompaction().empty());
}

TEST_F(IdsTest, AStoreThatWasOpenedAnewDropsByTheSameWindow) {
  Append({"old"}, kSecondUs);
  Append({"new"}, kSecondUs + kDefaultDedupeWindowUs + 1);
  // Made without the options that the store has filled.
  const StoreOptions fresh = testing::SmallStore(driver_.options().directory);
  driver_.Close();
  { testing::StoreDriver again(fresh); }
  testing::EditEngine(fresh, [&](const Engine& engine) {
    rocksdb::CompactRangeOptions options;
    options.bottommost_level_compaction = rocksdb::BottommostLevelCompaction::kForce;
    ASSERT_TRUE(engine.db()->CompactRange(options, engine.ids(), nullptr, nullptr).ok());
  });
  ASSERT_TRUE(driver_.Open().ok());
  EXPECT_FALSE(Find("old"));
  EXPECT_TRUE(Find("new"));
}

TEST_F(IdsTest, TheWindowIsKeptByAReopen) {
  EXPECT_EQ(driver_.LogOf(log_).descriptor.settings.dedupe_window_us, kDefaultDedupeWindowUs);
  for (const int64_t window_us : {int64_t{0}, 5 * kSecondUs}) {
    LogDescriptor descriptor = driver_.LogOf(log_).descriptor;
    descriptor.settings.dedupe_window_us = window_us;
    ASSERT_TRUE(store().UpdateLog(descriptor).ok());
    driver_.Reopen();
    EXPECT_EQ(driver_.LogOf(log_).descriptor.settings.dedupe_window_us, window_us);
  }
}

}  // namespace
}  // namespace replog
