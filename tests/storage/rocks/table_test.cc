#include <map>
#include <random>

#include "proto/wire/fields.h"
#include "proto/wire/record_view.h"
#include "storage/schema/table_key.h"
#include "tests/storage/rocks/store_test.h"

namespace replog {
namespace {

namespace rf = wire::record_field;

// Texts by channel and key.
using Map = std::map<std::pair<std::string, std::string>, std::string>;

class TableTest : public testing::StoreTest {
 protected:
  struct Put {
    std::string channel;
    std::string key;
    std::optional<std::string> text;  // nullopt: delete
    std::optional<uint64_t> version = std::nullopt;
  };

  absl::Status Commit(const std::vector<Put>& puts) {
    const StoredLog log = driver_.LogOf(log_);
    ChunkBuilder builder({log_, log.epochs.current(), log.end, log.bytes_before_end, 1'000'000});
    for (const Put& put : puts) {
      std::string record;
      wire::AppendBytesField(record, rf::kChannel, put.channel);
      wire::AppendBytesField(record, rf::kKey, put.key);
      if (put.text) wire::AppendBytesField(record, rf::kText, *put.text);
      if (!put.text) wire::AppendVarintField(record, rf::kDeleted, 1);
      if (put.version) wire::AppendVarintField(record, rf::kVersion, *put.version);
      builder.Add(record, {.keyed = true});
      if (put.text) model_[{put.channel, put.key}] = *put.text;
      if (!put.text) model_.erase({put.channel, put.key});
    }
    const std::vector<LogCommit> commits{{log_, builder.Finish()}};
    return store().Commit(commits, Durability::kSync);
  }
  std::optional<wire::RecordView> Newest(const std::string& channel, const std::string& key) {
    auto entry = store().TableRecord(log_, channel, key);
    testing::MustWork(entry.status());
    if (!entry->has_value()) return {};
    kept_.push_back(**entry);
    return DecodeEntry(kept_.back());
  }
  // The keys on disk, tombstones included, after a compaction of everything.
  std::vector<std::string> RowsAfterCompaction() {
    driver_.Close();
    std::vector<std::string> keys;
    testing::EditEngine(driver_.options(), [&](const Engine& engine) {
      rocksdb::CompactRangeOptions compact;
      compact.bottommost_level_compaction = rocksdb::BottommostLevelCompaction::kForce;
      ASSERT_TRUE(engine.db()->CompactRange(compact, engine.table(), nullptr, nullptr).ok());
      const std::unique_ptr<rocksdb::Iterator> rows(engine.db()->NewIterator({}, engine.table()));
      for (rows->SeekToFirst(); rows->Valid(); rows->Next())
        keys.emplace_back(schema::TableKey::Decode(rows->key().ToStringView())->key);
    });
    EXPECT_TRUE(driver_.Open().ok());
    return keys;
  }
  // The table, read in slices of about `max_bytes`.
  Map Read(const std::vector<std::string>& channels = {}, size_t max_bytes = 1 << 20,
           Sequence before = UINT64_MAX) {
    Map map;
    TableScan scan{
        .after = {}, .filter = ChannelFilter(channels), .before_sequence = before, .max_bytes = max_bytes};
    for (bool complete = false; !complete;) {
      const auto slice = store().ReadTable(log_, scan);
      testing::MustWork(slice.status());
      EXPECT_TRUE(slice->count <= 1 || slice->records.size() <= max_bytes);
      ForEachEntry(slice->records, [&](const wire::RecordView& record, std::string_view) {
        map[{std::string(record.channel), std::string(record.key)}] = record.body;
      });
      scan.after = slice->end;
      complete = slice->complete;
    }
    return map;
  }
  Map ModelOf(const std::vector<std::string>& channels) const {
    const ChannelFilter filter(channels);
    Map map;
    for (const auto& [place, text] : model_) {
      if (filter.Matches(place.first)) map[place] = text;
    }
    return map;
  }

  Map model_;
  std::deque<std::string> kept_;
};

TEST_F(TableTest, HoldsTheNewestRecordOfAKey) {
  ASSERT_TRUE(Commit({{"c", "a", "1"}, {"c", "b", "2"}, {"c", "a", "3"}}).ok());
  EXPECT_EQ(Newest("c", "a")->body, "3");
  EXPECT_EQ(Newest("c", "a")->sequence, 2u);
  EXPECT_EQ(Newest("c", "b")->sequence, 1u);
  EXPECT_FALSE(Newest("c", "unknown"));
  EXPECT_FALSE(Newest("d", "a")) << "another channel's key is another";
}

TEST_F(TableTest, KeepsTombstonesForWhoeverAsksForTheKeyAndLeavesThemOutOfSlices) {
  ASSERT_TRUE(Commit({{"c", "a", "1"}, {"c", "b", "2"}}).ok());
  ASSERT_TRUE(Commit({{"c", "a", std::nullopt}}).ok());
  EXPECT_TRUE(Newest("c", "a")->deleted);
  EXPECT_EQ(Read(), (Map{{{"c", "b"}, "2"}}));
}

TEST_F(TableTest, ASliceLeavesOutWhatWasWrittenFromASequenceOn) {
  ASSERT_TRUE(Commit({{"c", "a", "1"}, {"c", "b", "2"}, {"c", "a", "3"}}).ok());
  EXPECT_EQ(Read({}, 1 << 20, 2), (Map{{{"c", "b"}, "2"}}));
}

TEST_F(TableTest, SurvivesAReopenATrimAndTheDeletionOfAnotherLog) {
  ASSERT_TRUE(Commit({{"c", "a", "1"}, {"c", "b", "2"}}).ok());
  const LogNumber other = driver_.Create("other");
  driver_.Reopen();
  ASSERT_TRUE(store().Trim(log_, 2).ok());
  ASSERT_TRUE(store().DeleteLog(other).ok());
  EXPECT_EQ(Read(), model_) << "the table outlives its records";
}

TEST_F(TableTest, GoesWithItsLog) {
  ASSERT_TRUE(Commit({{"c", "a", "1"}}).ok());
  ASSERT_TRUE(store().DeleteLog(log_).ok());
  EXPECT_TRUE(Read().empty());
}

TEST_F(TableTest, EqualsAMapWhateverIsPutAndHoweverItIsRead) {
  std::mt19937_64 random(7);
  const std::vector<std::string> channels{"a", "a!", "ab", "b"};
  for (int round = 0; round < 60; ++round) {
    std::vector<Put> puts;
    for (int i = 0; i < 40; ++i) {
      const std::string key = std::to_string(random() % 200);
      const bool deleted = random() % 4 == 0;
      puts.push_back({channels[random() % channels.size()], key,
                      deleted ? std::nullopt
                              : std::optional(std::to_string(random()) + std::string(random() % 900, '.'))});
    }
    ASSERT_TRUE(Commit(puts).ok());
    if (random() % 20 == 0) driver_.Reopen();
    const std::vector<std::vector<std::string>> filters{{},    {"a"}, {"a*"}, {"b", "a!"}, {"a*", "ab", "b*"},
                                                        {"*"}, {"x"}};
    const auto& filter = filters[random() % filters.size()];
    ASSERT_EQ(Read(filter, 1 + random() % 20'000), ModelOf(filter)) << "round " << round;
  }
}

TEST_F(TableTest, ASnapshotShowsItsMomentUntilTheStoreIsRecoveredOrClosed) {
  testing::MustWork(Commit({{"c", "a", "1"}, {"c", "b", "2"}}));
  const auto snapshot = store().SnapshotTable(log_);
  ASSERT_TRUE(snapshot.ok());
  const auto other = store().SnapshotTable(log_);
  testing::MustWork(Commit({{"c", "a", "later"}, {"c", "b", std::nullopt}, {"c", "x", "new"}}));
  const auto then = (*snapshot)->Read({});
  ASSERT_TRUE(then.ok());
  EXPECT_EQ(then->count, 2u);
  EXPECT_NE(then->records.find("2"), std::string::npos);
  EXPECT_EQ(then->records.find("later"), std::string::npos);
  EXPECT_EQ(store().ReadTable(log_, {})->count, 2u) << "a and x";
  testing::MustWork(store().Recover());
  EXPECT_EQ(ReasonOf((*snapshot)->Read({}).status()), Reason::kRecovering);
}

TEST_F(TableTest, CompactionDropsTombstonesThatTheLogWasTrimmedPast) {
  ASSERT_TRUE(Commit({{"c", "gone", "x"}, {"c", "versioned", "x"}, {"c", "kept", "x"}}).ok());
  ASSERT_TRUE(Commit({{"c", "gone", std::nullopt}, {"c", "versioned", std::nullopt, 7}}).ok());
  ASSERT_TRUE(Commit({{"c", "later", std::nullopt}}).ok());
  const auto rows = [&] { return RowsAfterCompaction(); };
  EXPECT_EQ(rows(), (std::vector<std::string>{"gone", "kept", "later", "versioned"})) << "nothing is trimmed";
  ASSERT_TRUE(store().Trim(log_, 5).ok());
  EXPECT_EQ(rows(), (std::vector<std::string>{"kept", "later", "versioned"}));
  EXPECT_FALSE(Newest("c", "gone"));
  EXPECT_EQ(Read(), model_);
}

}  // namespace
}  // namespace replog
