// What the core counts for whoever watches the server.
#include <gtest/gtest.h>

#include <numeric>

#include "tests/server/core/core_fixture.h"

namespace replog {
namespace {

using testing::CoreFixture;
using testing::Keyed;
using testing::MakeRequest;
using testing::NewRecord;
using testing::ReasonText;

uint64_t CountOf(const Histogram& histogram) {
  const auto counts = histogram.Read().counts;
  return std::accumulate(counts.begin(), counts.end(), uint64_t{0});
}

class CountersTest : public ::testing::Test, public CoreFixture {
 protected:
  // Everything was counted when this returns: a group is over before a change of the catalog begins.
  const CommitCounters& Counted() {
    EXPECT_TRUE(committer->Run([] { return absl::OkStatus(); }).ok());
    return committer->counters();
  }
};

TEST_F(CountersTest, AnAnsweredAppendIsCounted) {
  Start();
  ASSERT_TRUE(Append(log(), {"a", "b", "c"}).get().ok());
  EXPECT_EQ(log()->counters.appends.value(), 1u);
  EXPECT_EQ(log()->counters.records.value(), 3u);
  EXPECT_EQ(log()->counters.bytes.value(), log()->bytes_before_end);
  ASSERT_TRUE(Append("d").get().ok());
  EXPECT_EQ(log()->counters.appends.value(), 2u);
  EXPECT_EQ(log()->counters.bytes.value(), log()->bytes_before_end);
}

TEST_F(CountersTest, AGroupIsCountedOnceAndItsAppendsByTheirLogs) {
  const LogPtr other = AddLog("other");
  Start();
  std::vector<Outcome> outcomes;
  InOneGroup([&] {
    outcomes.push_back(Append(log(), {"a", "b"}));
    outcomes.push_back(Append(other, {"c"}));
    outcomes.push_back(Append(other, {"d"}));
  });
  for (Outcome& outcome : outcomes) ASSERT_TRUE(outcome.get().ok());
  const CommitCounters& counters = Counted();
  EXPECT_EQ(CountOf(counters.group_appends), 2u);
  EXPECT_EQ(counters.group_appends.Read().sum, 4u);
  EXPECT_EQ(counters.group_records.Read().sum, 5u);
  EXPECT_EQ(counters.group_bytes.Read().sum, log()->bytes_before_end + other->bytes_before_end);
  EXPECT_EQ(CountOf(counters.total_us), 4u) << "a stage's time counts for every append";
  EXPECT_EQ(other->counters.appends.value(), 2u);
}

TEST_F(CountersTest, TheWaitInTheQueueIsThatOfTheOldest) {
  Start();
  std::vector<Outcome> outcomes;
  InOneGroup([&] {
    outcomes.push_back(Append("a"));
    clock.monotonic_us += 700;
    outcomes.push_back(Append("b"));
    clock.monotonic_us += 300;
  });
  for (Outcome& outcome : outcomes) ASSERT_TRUE(outcome.get().ok());
  const CommitCounters& counters = Counted();
  EXPECT_EQ(counters.queue_us.Read().sum, 2'000u);
  EXPECT_EQ(counters.write_us.Read().sum, 1'000u) << "of the group that was held";
  EXPECT_EQ(counters.total_us.Read().sum, 3'000u);
}

TEST_F(CountersTest, WhatWasNotWrittenIsToldApart) {
  Start();
  const auto put = [&](uint64_t version) {
    AppendRequest request = MakeRequest({NewRecord(Keyed{"k", "v", version})});
    request.conditions = AppendConditions{{}, {}, true};  // only if it is newer
    return Submit(log(), std::move(request)).get();
  };
  ASSERT_TRUE(put(2).ok());
  ASSERT_TRUE(put(1).ok());
  EXPECT_EQ(log()->counters.appends.value(), 2u);
  EXPECT_EQ(log()->counters.records.value(), 1u);
  EXPECT_EQ(log()->counters.stale.value(), 1u);
}

TEST_F(CountersTest, AFailedWriteCountsForNothingElse) {
  Start();
  store.SetCommitFate(testing::FakeStore::CommitFate::kFailed);
  EXPECT_EQ(ReasonText(Append("a").get().status()), "STORE_FAILED");
  EXPECT_EQ(log()->counters.appends.value(), 0u);
  EXPECT_EQ(committer->counters().failed_writes.value(), 1u);
  EXPECT_EQ(CountOf(committer->counters().group_appends), 0u);
}

TEST_F(CountersTest, TheQueueTellsWhatWaitsInIt) {
  options.queue.max_log_bytes = 1;
  Start();
  Outcome waiting;
  Outcome refused;
  InOneGroup([&] {
    waiting = Append(log(), {"a", "b"});
    const auto depth = committer->queue().depth();
    EXPECT_EQ(depth.appends, 1u);
    EXPECT_EQ(depth.records, 2u);
    EXPECT_GT(depth.bytes, 0u);
    refused = Append("no room");
  });
  EXPECT_EQ(ReasonText(refused.get().status()), "BUSY");
  EXPECT_EQ(committer->queue().times_full().value(), 1u);
  ASSERT_TRUE(waiting.get().ok());
  EXPECT_EQ(committer->queue().depth().records, 0u);
  EXPECT_EQ(committer->queue().depth().bytes, 0u);
}

}  // namespace
}  // namespace replog
