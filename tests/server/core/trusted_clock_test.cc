#include "server/core/trusted_clock.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <vector>

#include "tests/server/core/manual_clock.h"

namespace replog {
namespace {

using ::testing::HasSubstr;
using testing::ManualClock;

constexpr int64_t kHour = 3'600'000'000;

class TrustedClockTest : public ::testing::Test {
 protected:
  std::vector<Alarms::Change> changes_;
  Alarms alarms_{[this](const Alarms::Change& change) { changes_.push_back(change); }};
  ManualClock clock_;
  TrustedClock trusted_{{.settle_us = kHour}, clock_, alarms_};
};

TEST_F(TrustedClockTest, SaysTheTimeUntilItJumpsAndAgainWhenItCameBack) {
  EXPECT_EQ(trusted_.Now(), clock_.wall_us);
  clock_.wall_us += 2 * kHour;
  EXPECT_EQ(trusted_.Now(), std::nullopt);
  EXPECT_EQ(trusted_.Now(), std::nullopt);
  clock_.wall_us -= 2 * kHour;
  EXPECT_EQ(trusted_.Now(), clock_.wall_us);
}

TEST_F(TrustedClockTest, RaisesAnAlarmOnceAndClearsIt) {
  clock_.wall_us += 2 * kHour;
  trusted_.Now();
  trusted_.Now();
  ASSERT_EQ(changes_.size(), 1u);
  EXPECT_EQ(changes_[0].name, "CLOCK_JUMPED");
  EXPECT_TRUE(changes_[0].raised);
  EXPECT_THAT(changes_[0].text, HasSubstr("by 7200 s"));
  EXPECT_EQ(alarms_.Active().at("CLOCK_JUMPED"), changes_[0].text);
  clock_.Advance(kHour);
  EXPECT_EQ(trusted_.Now(), clock_.wall_us);
  ASSERT_EQ(changes_.size(), 2u);
  EXPECT_FALSE(changes_[1].raised);
  EXPECT_THAT(changes_[1].text, HasSubstr("evenly for 3600 s"));
  EXPECT_TRUE(alarms_.Active().empty());
}

TEST(Alarms, SayOnlyChanges) {
  int changes = 0;
  Alarms alarms([&](const Alarms::Change&) { ++changes; });
  alarms.Clear("A", "was not raised");
  EXPECT_EQ(changes, 0);
  alarms.Raise("A", "first");
  alarms.Raise("A", "second");
  alarms.Raise("B", "another");
  EXPECT_EQ(changes, 2);
  EXPECT_EQ(alarms.Active(), (std::map<std::string, std::string>{{"A", "first"}, {"B", "another"}}));
  alarms.Clear("A", "goes on");
  EXPECT_EQ(changes, 3);
  EXPECT_EQ(alarms.Active().size(), 1u);
}

}  // namespace
}  // namespace replog
