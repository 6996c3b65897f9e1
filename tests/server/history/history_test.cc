#include "server/history/history.h"

#include <gmock/gmock.h>

#include <cmath>
#include <thread>

namespace replog {
namespace {

using ::testing::ElementsAre;
using ::testing::IsEmpty;
using ::testing::IsNan;
using ::testing::SizeIs;

constexpr std::array<uint64_t, 2> kBounds = {10, 20};

// Seconds after the start, which was at 1000.
Snapshot At(int64_t seconds) {
  Snapshot snapshot;
  snapshot.wall_us = (1000 + seconds) * 1'000'000;
  snapshot.monotonic_us = seconds * 1'000'000;
  snapshot.append_us = {kBounds, {0, 0, 0}, 0};
  return snapshot;
}

Snapshot::Log LogAt(const std::string& name, uint64_t records, const std::string& uuid = "u") {
  return {.name = name, .uuid = uuid, .appended_records = records, .delivered_records = 2 * records};
}

TEST(HistoryTest, FirstSnapshotIsWhereTheFirstSampleBegins) {
  History history;
  EXPECT_THAT(history.ReadSince(0).times, IsEmpty());
  history.Add(At(0));
  EXPECT_THAT(history.ReadSince(0).times, IsEmpty());
  history.Add(At(5));
  EXPECT_THAT(history.ReadSince(0).times, ElementsAre(1005));
}

TEST(HistoryTest, RatesAreOfASecond) {
  History history;
  for (int i = 0; i < 3; ++i) {
    Snapshot snapshot = At(5 * i);
    snapshot.logs = {LogAt("a", 100 + 10 * i)};
    snapshot.logs[0].kept_bytes = 7;
    snapshot.logs[0].max_lag = 3;
    history.Add(snapshot);
  }
  const auto reading = history.ReadSince(0);
  ASSERT_THAT(reading.logs, SizeIs(1));
  EXPECT_EQ(reading.logs[0].name, "a");
  const auto& columns = reading.logs[0].columns;
  EXPECT_THAT(columns[History::kAppendedRecords], ElementsAre(2, 2));
  EXPECT_THAT(columns[History::kDeliveredRecords], ElementsAre(4, 4));
  EXPECT_THAT(columns[History::kAppendedBytes], ElementsAre(0, 0));
  EXPECT_THAT(columns[History::kKeptBytes], ElementsAre(7, 7));
  EXPECT_THAT(columns[History::kMaxLag], ElementsAre(3, 3));
}

TEST(HistoryTest, SinceGivesWhatIsNewer) {
  History history;
  for (int i = 0; i < 4; ++i) history.Add(At(5 * i));
  EXPECT_THAT(history.ReadSince(1005).times, ElementsAre(1010, 1015));
  EXPECT_THAT(history.ReadSince(1004.9).times, ElementsAre(1005, 1010, 1015));
  EXPECT_THAT(history.ReadSince(1015).times, IsEmpty());
  EXPECT_THAT(history.ReadSince(1015).server[History::kDiskFreeBytes], IsEmpty());
}

TEST(HistoryTest, LogIsUnknownBeforeItWasThereAndForgottenWhenItIsGone) {
  History history;
  history.Add(At(0));
  for (int i = 1; i < 4; ++i) {
    Snapshot snapshot = At(5 * i);
    if (i >= 2) snapshot.logs = {LogAt("a", 5 * i)};
    history.Add(snapshot);
  }
  const auto reading = history.ReadSince(0);
  const auto& columns = reading.logs[0].columns;
  EXPECT_THAT(columns[History::kAppendedRecords], ElementsAre(IsNan(), IsNan(), 1));
  EXPECT_THAT(columns[History::kKeptBytes], ElementsAre(IsNan(), 0, 0));
  history.Add(At(20));
  EXPECT_THAT(history.ReadSince(0).logs, IsEmpty());
}

TEST(HistoryTest, LogThatWasMadeAgainIsAnother) {
  History history;
  for (int i = 0; i < 3; ++i) {
    Snapshot snapshot = At(5 * i);
    snapshot.logs = {LogAt("a", 100, i == 2 ? "new" : "old")};
    history.Add(snapshot);
  }
  const auto reading = history.ReadSince(0);
  ASSERT_THAT(reading.logs, SizeIs(1));
  EXPECT_THAT(reading.logs[0].columns[History::kAppendedRecords], ElementsAre(IsNan(), IsNan()));
}

TEST(HistoryTest, LagOfEachNode) {
  History history;
  for (int i = 0; i < 3; ++i) {
    Snapshot snapshot = At(5 * i);
    snapshot.nodes = {{"a", "u", "n", "f", static_cast<uint64_t>(i)}};
    history.Add(snapshot);
  }
  const auto reading = history.ReadSince(0);
  ASSERT_THAT(reading.nodes, SizeIs(1));
  EXPECT_EQ(reading.nodes[0].log + "/" + reading.nodes[0].node + "/" + reading.nodes[0].fleet, "a/n/f");
  EXPECT_THAT(reading.nodes[0].lag, ElementsAre(1, 2));
}

TEST(HistoryTest, ServerHasLatencyOfTheIntervalAndDisk) {
  History history;
  history.Add(At(0));
  Snapshot snapshot = At(5);
  snapshot.append_us.counts = {4, 0, 0};
  snapshot.disk_used = 8;
  snapshot.disk_free = 16;
  history.Add(snapshot);
  snapshot.monotonic_us += 5'000'000;
  snapshot.disk_used = {};  // the store is being recovered
  history.Add(snapshot);
  const auto server = history.ReadSince(0).server;
  EXPECT_THAT(server[History::kAppendP50Us], ElementsAre(5, IsNan()));
  EXPECT_THAT(server[History::kDiskUsedBytes], ElementsAre(8, IsNan()));
  EXPECT_THAT(server[History::kDiskFreeBytes], ElementsAre(16, 16));
}

TEST(HistoryTest, OldestSampleGivesWayAfterAnHour) {
  History history;
  constexpr int kMore = 10;
  for (int i = 0; i <= static_cast<int>(History::kSamples) + kMore; ++i) {
    Snapshot snapshot = At(5 * i);
    snapshot.logs = {LogAt("a", 5 * i)};
    history.Add(snapshot);
  }
  const auto reading = history.ReadSince(0);
  ASSERT_THAT(reading.times, SizeIs(History::kSamples));
  EXPECT_EQ(reading.times.front(), 1000 + 5 * (kMore + 1));
  EXPECT_THAT(reading.logs[0].columns[History::kAppendedRecords],
              ::testing::AllOf(SizeIs(History::kSamples), ::testing::Each(1)));
}

TEST(HistoryTest, WhatIsBeyondTheBoundsIsLeftOut) {
  History history;
  for (int i = 0; i < 2; ++i) {
    Snapshot snapshot = At(5 * i);
    for (int k = 0; k < 1000; ++k) {
      snapshot.logs.push_back(LogAt(std::to_string(1000 + k), 0));
      snapshot.nodes.push_back({"a", "u", std::to_string(1000 + k), "", 0});
    }
    history.Add(snapshot);
  }
  const auto reading = history.ReadSince(0);
  EXPECT_THAT(reading.logs, SizeIs(History::kBounds.logs));
  EXPECT_THAT(reading.nodes, SizeIs(History::kBounds.nodes));
}

TEST(HistoryTest, ClockThatDoesNotMoveGivesNoSample) {
  History history;
  history.Add(At(5));
  history.Add(At(5));
  EXPECT_THAT(history.ReadSince(0).times, IsEmpty());
}

TEST(HistoryTest, IsReadWhileItGrows) {
  History history;
  std::thread writer([&] {
    for (int i = 0; i < 2000; ++i) {
      Snapshot snapshot = At(5 * i);
      snapshot.logs = {LogAt("a", 5 * i)};
      history.Add(snapshot);
    }
  });
  for (int i = 0; i < 200; ++i) {
    const auto reading = history.ReadSince(0);
    for (const auto& log : reading.logs)
      EXPECT_THAT(log.columns[History::kAppendedRecords], SizeIs(reading.times.size()));
  }
  writer.join();
}

}  // namespace
}  // namespace replog
