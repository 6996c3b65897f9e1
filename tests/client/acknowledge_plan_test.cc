#include "client/internal/acknowledge_plan.h"

#include <gtest/gtest.h>

namespace replog::client::internal {
namespace {

using std::chrono::milliseconds;
using Urgency = AcknowledgePlan::Urgency;
using TimePoint = AcknowledgePlan::TimePoint;

constexpr TimePoint kStart = TimePoint() + std::chrono::hours(1);
TimePoint At(int ms) { return kStart + milliseconds(ms); }

// What is to be acknowledged now.
std::optional<uint64_t> Next(AcknowledgePlan& plan, TimePoint now) {
  const auto next = plan.Next(now);
  return next ? std::optional(next->next_sequence) : std::nullopt;
}

class AcknowledgePlanTest : public testing::Test {
 protected:
  // Acknowledges `next`.
  void Settle(uint64_t next, TimePoint now) {
    plan_.Applied(next, Urgency::kAsked, now);
    ASSERT_EQ(Next(plan_, now), next);
    plan_.Answered({});
  }
  AcknowledgePlan plan_{{milliseconds(1'000), 100, milliseconds(50)}};
};

TEST_F(AcknowledgePlanTest, HasNothingToSayAtFirst) {
  EXPECT_EQ(Next(plan_, At(0)), std::nullopt);
  EXPECT_EQ(plan_.wake(), std::nullopt);
  EXPECT_EQ(plan_.Last(), std::nullopt);
}

TEST_F(AcknowledgePlanTest, AReplayIsAcknowledgedOnceAnIntervalWithItsNewest) {
  plan_.Applied(10, Urgency::kReplaying, At(0));
  plan_.Applied(20, Urgency::kReplaying, At(600));
  EXPECT_EQ(Next(plan_, At(999)), std::nullopt);
  EXPECT_EQ(plan_.wake(), At(1'000));
  EXPECT_EQ(Next(plan_, At(1'000)), 20u);
  plan_.Answered({});
  EXPECT_EQ(plan_.wake(), std::nullopt);
  EXPECT_EQ(Next(plan_, At(9'999)), std::nullopt) << "it was said";
}

TEST_F(AcknowledgePlanTest, AFastReplayIsAcknowledgedByRecords) {
  Settle(10, At(0));
  plan_.Applied(109, Urgency::kReplaying, At(1));
  EXPECT_EQ(Next(plan_, At(1)), std::nullopt);
  plan_.Applied(110, Urgency::kReplaying, At(2));
  EXPECT_EQ(Next(plan_, At(2)), 110u);
}

TEST_F(AcknowledgePlanTest, CaughtUpItIsAcknowledgedAtOnceButNotTooOften) {
  plan_.Applied(10, Urgency::kCaughtUp, At(0));
  EXPECT_EQ(Next(plan_, At(0)), 10u);
  plan_.Answered({});
  plan_.Applied(11, Urgency::kCaughtUp, At(10));
  plan_.Applied(12, Urgency::kCaughtUp, At(20));
  EXPECT_EQ(Next(plan_, At(49)), std::nullopt);
  EXPECT_EQ(Next(plan_, At(50)), 12u);
  plan_.Answered({});
  plan_.Applied(13, Urgency::kCaughtUp, At(500));
  EXPECT_EQ(Next(plan_, At(500)), 13u);
}

TEST_F(AcknowledgePlanTest, OneIsUnderWayAndTheNewestWaitsBehindIt) {
  plan_.Applied(10, Urgency::kAsked, At(0));
  EXPECT_EQ(Next(plan_, At(0)), 10u);
  plan_.Applied(11, Urgency::kAsked, At(1));
  plan_.Applied(12, Urgency::kAsked, At(2));
  EXPECT_EQ(Next(plan_, At(2)), std::nullopt);
  EXPECT_EQ(plan_.Last(), std::nullopt);
  plan_.Answered({});
  EXPECT_EQ(Next(plan_, At(3)), 12u);
}

TEST_F(AcknowledgePlanTest, WhoIsAskedSaysItAgain) {
  Settle(10, At(0));
  plan_.Applied(10, Urgency::kCaughtUp, At(500));
  EXPECT_EQ(Next(plan_, At(500)), std::nullopt);
  plan_.Applied(10, Urgency::kAsked, At(501));
  EXPECT_EQ(Next(plan_, At(501)), 10u);
  plan_.Answered(At(600));
  EXPECT_EQ(Next(plan_, At(600)), 10u) << "and again when that failed";
}

TEST_F(AcknowledgePlanTest, WhatFailedIsMadeAgainWithTheNewest) {
  plan_.Applied(10, Urgency::kAsked, At(0));
  ASSERT_EQ(Next(plan_, At(0)), 10u);
  plan_.Answered(At(70));
  EXPECT_EQ(plan_.wake(), At(70));
  plan_.Applied(11, Urgency::kAsked, At(10));
  EXPECT_EQ(Next(plan_, At(69)), std::nullopt) << "the back-off is kept, whoever asks";
  EXPECT_EQ(Next(plan_, At(70)), 11u);
  plan_.Answered({});
  EXPECT_EQ(plan_.wake(), std::nullopt);
}

TEST_F(AcknowledgePlanTest, DigestsGoWithTheNextAndAgainWhenItFailed) {
  plan_.Applied(10, Urgency::kReplaying, At(0));
  plan_.Answer({10, {{"c", 1, {}}}}, At(1));
  auto next = plan_.Next(At(1));
  ASSERT_TRUE(next && next->checkpoint);
  EXPECT_EQ(next->checkpoint->sequence, 10u);
  plan_.Answered(At(5));
  plan_.Applied(12, Urgency::kReplaying, At(2));
  next = plan_.Next(At(5));
  ASSERT_TRUE(next && next->checkpoint);
  EXPECT_EQ(next->next_sequence, 12u);
  EXPECT_EQ(next->checkpoint->digests.size(), 1u);
  plan_.Answered({});
  plan_.Applied(13, Urgency::kAsked, At(6));
  EXPECT_FALSE(plan_.Next(At(6))->checkpoint);
}

TEST_F(AcknowledgePlanTest, ANewerCheckpointTakesThePlaceOfOneThatFailed) {
  plan_.Applied(10, Urgency::kAsked, At(0));
  plan_.Answer({10, {}}, At(0));
  ASSERT_TRUE(plan_.Next(At(0)));
  plan_.Applied(20, Urgency::kAsked, At(1));
  plan_.Answer({20, {}}, At(1));
  plan_.Answered(At(2));
  EXPECT_EQ(plan_.Next(At(2))->checkpoint->sequence, 20u);
}

TEST_F(AcknowledgePlanTest, AfterARestartTheSameNumberIsNewAgain) {
  Settle(10, At(0));
  plan_.Applied(20, Urgency::kAsked, At(1));
  ASSERT_EQ(Next(plan_, At(1)), 20u);
  plan_.Restart();
  EXPECT_EQ(plan_.wake(), std::nullopt);
  plan_.Applied(20, Urgency::kCaughtUp, At(2));
  plan_.Answered({});  // the one of before
  EXPECT_EQ(Next(plan_, At(60)), 20u);
  plan_.Answered({});
  plan_.Restart();
  EXPECT_EQ(plan_.Last(), std::nullopt);
}

TEST_F(AcknowledgePlanTest, TheLastOneDoesNotWait) {
  plan_.Applied(10, Urgency::kReplaying, At(0));
  EXPECT_EQ(plan_.Last()->next_sequence, 10u);
  plan_.Answered({});
  EXPECT_EQ(plan_.Last(), std::nullopt);
}

}  // namespace
}  // namespace replog::client::internal
