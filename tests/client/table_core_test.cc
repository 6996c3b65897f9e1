#include "client/internal/table_core.h"

#include <gtest/gtest.h>

#include <atomic>
#include <future>
#include <map>

namespace replog::client::internal {
namespace {

using std::chrono::milliseconds;
using Map = std::map<std::string, std::string>;

constexpr milliseconds kPatience{60'000};

// A table that the test feeds by hand: every record is of channel `c`.
class TableCoreTest : public testing::Test {
 protected:
  TableSettings Settings() {
    TableSettings settings;
    settings.decode = [](const RecordView& record) {
      return std::make_shared<const std::string>(record.body());
    };
    settings.on_change = [this](const TableValueChange& change) {
      changes_.push_back(std::string(change.key) + ": " + TextOf(change.before) + " -> " +
                         TextOf(change.after) + " at " + std::to_string(change.sequence) +
                         (change.record == nullptr ? " found" : ""));
    };
    return settings;
  }
  static std::string TextOf(const TableValue& value) {
    return value == nullptr ? "none" : *static_cast<const std::string*>(value.get());
  }

  void Put(uint64_t sequence, const std::string& key, const std::string& text) {
    table_.OnRecord(RecordView(sequence, Time(), "c", BodyKind::kText, text, key, false, std::nullopt, ""));
  }
  void Delete(uint64_t sequence, const std::string& key) {
    table_.OnRecord(RecordView(sequence, Time(), "c", BodyKind::kNone, "", key, true, std::nullopt, ""));
  }
  void Unkeyed(uint64_t sequence) {
    table_.OnRecord(
        RecordView(sequence, Time(), "c", BodyKind::kText, "text", std::nullopt, false, std::nullopt, ""));
  }
  void Frame(uint64_t next, bool table_complete = false, uint64_t epoch = 1) {
    const Position position{"uuid", 0, epoch, next};
    table_.OnFrame({.next_sequence = next, .table_complete = table_complete, .position = &position});
  }
  void Load() {
    Put(2, "a", "2");
    Put(5, "b", "5");
    Frame(10, true);
    changes_.clear();
  }
  static TableCore::AskHistory NotAsked() {
    return [](const Position&) {
      ADD_FAILURE() << "the log was asked";
      return Status();
    };
  }
  Map Held() {
    Map map;
    table_.ForEach([&map](std::string_view, std::string_view key, const TableRow& row) {
      map[std::string(key)] = TextOf(row.value);
    });
    return map;
  }

  std::vector<std::string> changes_;
  TableCore table_{Settings()};
};
using Changes = std::vector<std::string>;

TEST_F(TableCoreTest, IsTheEmptyTableUntilItIsComplete) {
  Put(2, "a", "2");
  Frame(10);
  EXPECT_FALSE(table_.ready());
  EXPECT_TRUE(Held().empty());
  EXPECT_EQ(table_.Digest(), TableDigests());
  EXPECT_EQ(table_.position(), std::nullopt);
  EXPECT_TRUE(changes_.empty());
  Put(5, "b", "5");
  Frame(10, true);
  EXPECT_TRUE(table_.ready());
  EXPECT_EQ(Held(), (Map{{"a", "2"}, {"b", "5"}}));
  EXPECT_EQ(table_.applied(), 10u);
  EXPECT_EQ(table_.size(), 2u);
  EXPECT_EQ(changes_, (Changes{"a: none -> 2 at 2 found", "b: none -> 5 at 5 found"}));
}

TEST_F(TableCoreTest, WhatIsWrittenWhileItLoadsCounts) {
  Put(2, "a", "2");
  Put(5, "b", "5");
  Frame(10);
  Delete(10, "a");
  Put(11, "b", "11");
  Frame(12, true);
  EXPECT_EQ(Held(), (Map{{"b", "11"}}));
}

TEST_F(TableCoreTest, FollowsRecordByRecord) {
  Load();
  Put(10, "a", "10");
  EXPECT_EQ(table_.applied(), 11u);
  EXPECT_EQ(TextOf(table_.Find("c", "a")), "10");
  Delete(11, "b");
  Delete(12, "never there");
  Unkeyed(13);
  EXPECT_EQ(table_.applied(), 14u);
  EXPECT_EQ(Held(), (Map{{"a", "10"}}));
  EXPECT_EQ(changes_, (Changes{"a: 2 -> 10 at 10", "b: 5 -> none at 11"}));
  Frame(20);  // a filter has passed over the rest
  EXPECT_EQ(table_.applied(), 20u);
}

TEST_F(TableCoreTest, ReadsSeeAChangeBeforeItsCallback) {
  TableCore* table = nullptr;
  std::string seen;
  TableSettings settings = Settings();
  settings.on_change = [&](const TableValueChange& change) { seen = TextOf(table->Find("c", change.key)); };
  TableCore core(settings);
  table = &core;
  core.OnFrame({.table_complete = true});
  core.OnRecord(RecordView(0, Time(), "c", BodyKind::kText, "new", "k", false, std::nullopt, ""));
  EXPECT_EQ(seen, "new");
}

TEST_F(TableCoreTest, ReportsNothingAfterACallbackThatStopsIt) {
  TableCore* table = nullptr;
  int changes = 0;
  TableSettings settings = Settings();
  settings.on_change = [&](const TableValueChange&) {
    ++changes;
    table->Stop();
  };
  TableCore core(settings);
  table = &core;
  for (const char* key : {"a", "b"}) {
    core.OnRecord(RecordView(0, Time(), "c", BodyKind::kText, "text", key, false, std::nullopt, ""));
  }
  core.OnFrame({.table_complete = true});
  core.OnRecord(RecordView(0, Time(), "c", BodyKind::kText, "new", "a", false, std::nullopt, ""));
  EXPECT_EQ(changes, 1);
}

TEST_F(TableCoreTest, KeepsTheOldTableUntilTheNewOneIsComplete) {
  Load();
  const TableDigests before = table_.Digest();
  table_.OnReset();
  Put(3, "b", "of another history");
  Put(4, "x", "4");
  Frame(6);
  EXPECT_EQ(Held(), (Map{{"a", "2"}, {"b", "5"}}));
  EXPECT_EQ(table_.Digest(), before);
  EXPECT_EQ(table_.position()->next_sequence, 10u);
  EXPECT_TRUE(table_.ready());
  table_.OnReset();  // it broke, and what was loaded is void
  Put(3, "b", "of another history");
  Frame(6, true, 2);
  EXPECT_EQ(Held(), (Map{{"b", "of another history"}}));
  EXPECT_EQ(table_.applied(), 6u);
  EXPECT_EQ(changes_, (Changes{"a: 2 -> none at 2 found", "b: 5 -> of another history at 3 found"}));
}

TEST_F(TableCoreTest, SaysNothingOfWhatIsTheSameAfterItBeganAgain) {
  Load();
  table_.OnReset();
  Put(2, "a", "2");
  Put(5, "b", "5");
  Frame(10, true);
  EXPECT_TRUE(changes_.empty());
}

// Of rows that were hashed with Python's hashlib from the definition.
TEST_F(TableCoreTest, ItsDigestIsTheDefinitions) {
  Frame(0, true);
  table_.OnRecord(RecordView(0, Time(), "users", BodyKind::kText, R"({"color":"blue"})", "alice", false,
                             std::nullopt, ""));
  auto digest = table_.Digest();
  EXPECT_EQ(digest.applied, 1u);
  ASSERT_EQ(digest.channels.size(), 1u);
  EXPECT_EQ(digest.channels[0].channel, "users");
  EXPECT_EQ(digest.channels[0].keys, 1u);
  EXPECT_EQ(digest.channels[0].Hex(), "41ef675e935f34c02f8fdf915d30b85473c8c1a2c77ce327e28b3f29b1f0ab37");
  table_.OnRecord(RecordView((uint64_t{1} << 40) + 7, Time(), "users", BodyKind::kPayload,
                             std::string_view("\0\xff", 2), "größe", false, std::nullopt, ""));
  table_.OnRecord(RecordView((uint64_t{1} << 40) + 8, Time(), "users", BodyKind::kNone, "", "alice", true,
                             std::nullopt, ""));
  digest = table_.Digest();
  EXPECT_EQ(digest.channels[0].Hex(), "1c1f719df983c1f317ab7805f180492825328b560112be47b22f771c689eb919");
}

// Readers on other threads while records are applied and the table begins again: what one call gives is of
// one moment.
TEST_F(TableCoreTest, WhatIsReadAtOnceIsOfOneMoment) {
  constexpr uint64_t kRecords = 3000;
  const auto key = [](uint64_t i) { return std::to_string(i * 7 % 13); };
  std::vector<TableDigests> digests;  // by what is applied
  Frame(0, true);
  for (uint64_t i = 0; i <= kRecords; ++i) {
    digests.push_back(table_.Digest());
    i % 4 == 3 ? Delete(i, key(i)) : Put(i, key(i), "text");
  }
  TableSettings settings = Settings();
  settings.on_change = nullptr;
  TableCore table(settings);
  std::atomic<bool> done = false;
  const auto read = [&] {
    while (!done) {
      const TableDigests got = table.Digest();
      EXPECT_EQ(got, digests[got.applied]);
      uint64_t rows = 0;
      const uint64_t applied =
          table.ForEach([&rows](std::string_view, std::string_view, const TableRow&) { ++rows; });
      const auto& channels = digests[applied].channels;
      EXPECT_EQ(rows, channels.empty() ? 0 : channels[0].keys);
      (void)table.Find("c", "1");
      (void)table.WaitUntil(got.applied, milliseconds(1));
    }
  };
  auto first = std::async(std::launch::async, read);
  auto second = std::async(std::launch::async, read);
  const auto record = [&](uint64_t i) {
    const bool deleted = i % 4 == 3;
    const std::string name = key(i);
    table.OnRecord(RecordView(i, Time(), "c", deleted ? BodyKind::kNone : BodyKind::kText,
                              deleted ? "" : "text", name, deleted, std::nullopt, ""));
  };
  for (uint64_t i = 0; i < kRecords; ++i) {
    if (i % 100 == 0) {
      table.OnReset();
      for (uint64_t j = 0; j < i; ++j) record(j);
      table.OnFrame({.next_sequence = i, .table_complete = true});
    }
    record(i);
  }
  EXPECT_TRUE(table.WaitUntil(kRecords - 1, kPatience).ok());
  done = true;
}

// ---- waits

TEST_F(TableCoreTest, AWaitEndsWithTheRecord) {
  EXPECT_EQ(table_.WaitReady(milliseconds(0)).code(), StatusCode::kDeadlineExceeded);
  auto ready = std::async(std::launch::async, [this] { return table_.WaitReady(kPatience); });
  auto waits = std::async(std::launch::async, [this] { return table_.WaitUntil(10, kPatience); });
  auto by_position = std::async(std::launch::async, [this] {
    return table_.WaitUntil(Position{"uuid", 0, 1, 11}, kPatience, NotAsked());
  });
  Load();
  EXPECT_TRUE(ready.get().ok());
  const Status late = table_.WaitUntil(10, milliseconds(0));
  EXPECT_EQ(late.code(), StatusCode::kDeadlineExceeded);
  EXPECT_NE(late.message().find("at 10"), std::string::npos) << late.message();
  Put(10, "a", "10");
  EXPECT_TRUE(waits.get().ok());
  Frame(11);  // of which epoch the record is its frame says
  EXPECT_TRUE(by_position.get().ok());
}

TEST_F(TableCoreTest, AWaitEndsWithAFrameThatPassedOverTheRecord) {
  Load();
  auto waits = std::async(std::launch::async, [this] { return table_.WaitUntil(15, kPatience); });
  Frame(16);
  EXPECT_TRUE(waits.get().ok());
}

TEST_F(TableCoreTest, APositionOfAnotherHistoryIsNotReachedByItsNumber) {
  Load();
  Frame(20);
  EXPECT_TRUE(table_.WaitUntil(Position{"uuid", 0, 1, 20}, milliseconds(0), NotAsked()).ok());
  EXPECT_TRUE(table_.WaitUntil(Position{"uuid", 0, 0, 0}, milliseconds(0), NotAsked()).ok());
  for (const Position& other :
       {Position{"uuid", 0, 2, 15}, Position{"other", 0, 1, 15}, Position{"uuid", 1, 1, 21}}) {
    EXPECT_EQ(table_.WaitUntil(other, milliseconds(0), NotAsked()).code(), StatusCode::kDeadlineExceeded);
  }
  table_.OnReset();
  Frame(15, true, 2);
  EXPECT_TRUE(table_.WaitUntil(Position{"uuid", 0, 2, 15}, milliseconds(0), NotAsked()).ok());
}

TEST_F(TableCoreTest, OfAnOlderEpochOrAnotherCopyTheLogIsAsked) {
  Load();
  Frame(20, false, 2);
  std::vector<Position> asked;
  Status answer;
  const auto ask = [&](const Position& position) {
    asked.push_back(position);
    return answer;
  };
  const Position position{"uuid", 0, 1, 15};
  const Position copys{"uuid", 7, 2, 15};
  EXPECT_TRUE(table_.WaitUntil(position, milliseconds(0), ask).ok());
  EXPECT_TRUE(table_.WaitUntil(copys, milliseconds(0), ask).ok());
  EXPECT_EQ(asked, (std::vector{position, copys}));
  answer = Status(StatusCode::kAborted, "written as record 14 and lost", "FORKED");
  EXPECT_EQ(table_.WaitUntil(position, milliseconds(0), ask).reason(), "FORKED");
}

TEST_F(TableCoreTest, ARecordBehindWhereALaterEpochIsIsLost) {
  Load();
  auto waits = std::async(std::launch::async, [this] {
    return table_.WaitUntil(Position{"uuid", 0, 1, 15}, kPatience, NotAsked());
  });
  Frame(12, false, 2);
  const Status status = waits.get();
  EXPECT_EQ(status.code(), StatusCode::kAborted);
  EXPECT_EQ(status.reason(), "FORKED");
}

// A record moves what is applied before its frame says of which epoch it is.
TEST_F(TableCoreTest, ARecordOfAnotherEpochIsNotTakenForTheOneThatWasLost) {
  Load();
  Put(10, "a", "of epoch 2");
  EXPECT_EQ(table_.WaitUntil(Position{"uuid", 0, 1, 11}, milliseconds(0), NotAsked()).code(),
            StatusCode::kDeadlineExceeded);
}

TEST_F(TableCoreTest, AWaitMayBeForEverAndForNoTime) {
  auto ready = std::async(std::launch::async, [this] { return table_.WaitReady(milliseconds::max()); });
  Load();
  EXPECT_TRUE(ready.get().ok());
  auto waits = std::async(std::launch::async, [this] { return table_.WaitUntil(15, milliseconds::max()); });
  EXPECT_EQ(table_.WaitUntil(15, milliseconds::min()).code(), StatusCode::kDeadlineExceeded);
  Frame(16);
  EXPECT_TRUE(waits.get().ok());
}

TEST_F(TableCoreTest, ItsEndEndsTheWaitsAndLeavesItAsItIs) {
  Load();
  auto waits = std::async(std::launch::async, [this] { return table_.WaitUntil(99, kPatience); });
  EXPECT_TRUE(table_.status().ok());
  table_.OnEnd(Status(StatusCode::kNotFound, "deleted", "LOG_NOT_FOUND"));
  EXPECT_EQ(waits.get().reason(), "LOG_NOT_FOUND");
  EXPECT_EQ(table_.status().reason(), "LOG_NOT_FOUND");
  EXPECT_TRUE(table_.WaitUntil(9, milliseconds(0)).ok()) << "what it has it has";
  EXPECT_EQ(Held(), (Map{{"a", "2"}, {"b", "5"}}));
}

}  // namespace
}  // namespace replog::client::internal
