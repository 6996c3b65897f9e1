#include <map>
#include <random>

#include "proto/wire/fields.h"
#include "proto/wire/record_encoder.h"
#include "tests/storage/rocks/store_test.h"

namespace replog {
namespace {

namespace rf = wire::record_field;

constexpr int64_t kSecond = 1'000'000;

using Model = std::map<ExpiryPlace, Sequence>;

std::vector<Expiry> EntriesOf(const Model& model, const ExpiryPlace& from = {}) {
  std::vector<Expiry> entries;
  for (const auto& [place, sequence] : model) {
    if (place >= from) entries.push_back({place, sequence});
  }
  return entries;
}

class ExpiryTest : public testing::StoreTest {
 protected:
  struct Put {
    std::string channel;
    std::string key;
    std::optional<int64_t> expires_us;
  };

  static std::string Encode(const Put& put) {
    std::string record;
    wire::AppendBytesField(record, rf::kChannel, put.channel);
    wire::AppendBytesField(record, rf::kKey, put.key);
    wire::AppendBytesField(record, rf::kText, std::string(200, 't'));
    if (!put.expires_us) return record;
    std::string expires;
    wire::AppendVarintField(expires, 1, static_cast<uint64_t>(*put.expires_us / kSecond));
    wire::AppendVarintField(expires, 2, static_cast<uint64_t>(*put.expires_us % kSecond * 1'000));
    wire::AppendBytesField(record, rf::kExpires, expires);
    return record;
  }
  void Commit(LogNumber to, const std::vector<Put>& puts) {
    const StoredLog log = driver_.LogOf(to);
    ChunkBuilder builder({to, log.epochs.current(), log.end, log.bytes_before_end, kSecond});
    for (const Put& put : puts) {
      const Sequence sequence = builder.Add(Encode(put), {.keyed = true});
      if (put.expires_us && to == log_) model_[{*put.expires_us, put.channel, put.key}] = sequence;
    }
    const std::vector<LogCommit> commits{{to, builder.Finish()}};
    testing::MustWork(store().Commit(commits, Durability::kSync));
  }
  ExpirySlice Scan(const ExpiryScan& scan = {}) {
    auto slice = store().Expiries(log_, scan);
    testing::MustWork(slice.status());
    return *std::move(slice);
  }
  void Drop(const std::vector<Expiry>& expiries) {
    testing::MustWork(store().DropExpiries(log_, expiries));
    for (const Expiry& expiry : expiries) {
      const auto found = model_.find(expiry.place);
      if (found != model_.end() && found->second == expiry.sequence) model_.erase(found);
    }
  }

  Model model_;
};

TEST_F(ExpiryTest, GivesRecordsThatExpireByTime) {
  Commit(log_, {{"c", "late", 30 * kSecond}, {"c", "never", {}}, {"b", "early", 10 * kSecond + 1}});
  EXPECT_EQ(Scan().entries,
            (std::vector<Expiry>{{{10 * kSecond + 1, "b", "early"}, 2}, {{30 * kSecond, "c", "late"}, 0}}));
  EXPECT_FALSE(Scan().next);
}

TEST_F(ExpiryTest, StopsBeforeATimeAndAtANumberAndSaysWhatComesNext) {
  Commit(log_, {{"c", "1", 10}, {"c", "2", 20}, {"c", "3", 20}, {"c", "4", 40}});
  EXPECT_EQ(Scan({.before_us = 10}).entries.size(), 0u);
  EXPECT_EQ(Scan({.before_us = 10}).next, (ExpiryPlace{10, "c", "1"}));
  EXPECT_EQ(Scan({.before_us = 11}).entries.size(), 1u);
  EXPECT_EQ(Scan({.before_us = 30}).next, (ExpiryPlace{40, "c", "4"}));
  EXPECT_EQ(Scan({.max_entries = 2}).entries.size(), 2u);
  EXPECT_EQ(Scan({.max_entries = 2}).next, (ExpiryPlace{20, "c", "3"}));
  const auto first_from = [&](const ExpiryPlace& from) {
    return Scan({.from = from}).entries.front().place.key;
  };
  EXPECT_EQ(first_from({11, "", ""}), "2");
  EXPECT_EQ(first_from({20, "", ""}), "2");
  EXPECT_EQ(first_from({20, "c", "2"}), "2");
  EXPECT_EQ(first_from({20, "c", "3"}), "3") << "within a time";
  EXPECT_EQ(first_from({21, "", ""}), "4");
  EXPECT_EQ(Scan({.from = {41, "", ""}}).next, std::nullopt);
}

TEST_F(ExpiryTest, ForgetsWhatIsDroppedAndNothingElse) {
  Commit(log_, {{"c", "1", 10}, {"c", "2", 10}, {"c", "3", 30}});
  Drop({{{10, "c", "2"}, 1}, {{10, "c", "unknown"}, 7}});
  EXPECT_EQ(Scan().entries, (std::vector<Expiry>{{{10, "c", "1"}, 0}, {{30, "c", "3"}, 2}}));
  Drop({});
}

TEST_F(ExpiryTest, KeepsAnEntryThatALaterRecordHasTakenOver) {
  Commit(log_, {{"c", "1", 10}});
  const auto found = Scan().entries;
  Commit(log_, {{"c", "1", 10}});
  Drop(found);
  EXPECT_EQ(Scan().entries, (std::vector<Expiry>{{{10, "c", "1"}, 1}})) << "it would never expire";
}

TEST_F(ExpiryTest, SurvivesAReopenATrimAndTheDeletionOfAnotherLog) {
  const LogNumber other = driver_.Create("other");
  Commit(log_, {{"c", "1", 10}, {"c", "2", 20}});
  Commit(other, {{"c", "1", 5}});
  Drop({{{10, "c", "1"}, 0}});
  driver_.Reopen();
  testing::MustWork(store().Trim(log_, 2));
  testing::MustWork(store().DeleteLog(other));
  EXPECT_EQ(Scan().entries, (std::vector<Expiry>{{{20, "c", "2"}, 1}}));
  EXPECT_TRUE(store().Expiries(other, {})->entries.empty()) << "they go with their log";
}

TEST_F(ExpiryTest, ADamagedEntryIsSaidToBe) {
  Commit(log_, {{"c", "1", 10}});
  driver_.Close();
  testing::EditEngine(driver_.options(), [&](const Engine& engine) {
    rocksdb::WriteOptions sync;
    sync.sync = true;
    const std::unique_ptr<rocksdb::Iterator> entry(engine.db()->NewIterator({}, engine.expiries()));
    entry->SeekToFirst();
    ASSERT_TRUE(entry->Valid());
    ASSERT_TRUE(engine.db()->Put(sync, engine.expiries(), entry->key(), "\xff").ok());
  });
  testing::MustWork(driver_.Open());
  EXPECT_EQ(ReasonOf(store().Expiries(log_, {}).status()), Reason::kCorruptChunk);
  const std::vector<Expiry> known{{{10, "c", "1"}, 0}};
  EXPECT_EQ(ReasonOf(store().DropExpiries(log_, known)), Reason::kCorruptChunk);
}

TEST_F(ExpiryTest, EqualsAMapWhateverIsPutDroppedAndRead) {
  std::mt19937_64 random(11);
  for (int round = 0; round < 60; ++round) {
    std::vector<Put> puts;
    for (int i = 0; i < 40; ++i) {
      const bool expires = random() % 3 != 0;
      puts.push_back({random() % 2 == 0 ? "a" : "ab", std::to_string(random() % 30),
                      expires ? std::optional<int64_t>(1 + random() % 50) : std::nullopt});
    }
    Commit(log_, puts);
    if (random() % 20 == 0) driver_.Reopen();
    const ExpiryPlace from{static_cast<int64_t>(random() % 50), random() % 2 == 0 ? "" : "ab",
                           std::to_string(random() % 30)};
    ASSERT_EQ(Scan({.from = from}).entries, EntriesOf(model_, from)) << "round " << round;
    Drop(Scan({.from = from, .max_entries = random() % 40}).entries);
    ASSERT_EQ(Scan().entries, EntriesOf(model_)) << "round " << round;
  }
}

}  // namespace
}  // namespace replog
