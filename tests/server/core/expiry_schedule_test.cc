#include "server/core/expiry_schedule.h"

#include <gtest/gtest.h>

#include <map>
#include <random>

#include "tests/server/core/fake_store.h"

namespace replog {
namespace {

class ExpiryScheduleTest : public ::testing::Test {
 protected:
  LogPtr MakeLog() { return std::make_shared<Log>(store_.MakeLog(), 1); }
  testing::FakeStore store_;
  ExpirySchedule schedule_;
};

TEST_F(ExpiryScheduleTest, GivesOutALogOnceItsTimeIsPast) {
  const LogPtr log = MakeLog();
  EXPECT_FALSE(schedule_.HasDue(INT64_MAX));
  schedule_.Add(log, 100);
  EXPECT_FALSE(schedule_.HasDue(100)) << "times are rounded down, so this one may not have come";
  EXPECT_FALSE(schedule_.TakeDue(100));
  EXPECT_TRUE(schedule_.HasDue(101));
  const auto due = schedule_.TakeDue(101);
  ASSERT_TRUE(due);
  EXPECT_EQ(due->log, log);
  EXPECT_EQ(due->from.expires_us, 100);
  EXPECT_FALSE(schedule_.TakeDue(INT64_MAX)) << "it is taken";
}

TEST_F(ExpiryScheduleTest, TheEarliestOfWhatIsAddedCounts) {
  const LogPtr log = MakeLog();
  schedule_.Add(log, 300);
  schedule_.Add(log, 200);
  schedule_.Add(log, 250);
  EXPECT_FALSE(schedule_.HasDue(200));
  EXPECT_EQ(schedule_.TakeDue(201)->from.expires_us, 200);
  EXPECT_FALSE(schedule_.HasDue(INT64_MAX)) << "one entry for a log";
}

TEST_F(ExpiryScheduleTest, ALogThatIsLookedAtLaterIsLookedAtFromWhereItWas) {
  const LogPtr log = MakeLog();
  schedule_.Add(log, {100, "c", "k"}, 500);
  EXPECT_FALSE(schedule_.HasDue(500));
  schedule_.Add(log, 400);
  EXPECT_EQ(schedule_.TakeDue(401)->from, (ExpiryPlace{100, "c", "k"}));
}

TEST_F(ExpiryScheduleTest, GoesOnWithinATime) {
  const LogPtr log = MakeLog();
  schedule_.Add(log, {100, "c", "k"}, 100);
  schedule_.Add(log, {100, "c", "l"}, 100);
  EXPECT_EQ(schedule_.TakeDue(101)->from, (ExpiryPlace{100, "c", "k"}));
  schedule_.Add(log, {100, "c", "k"}, 100);
  schedule_.Add(log, 100);
  EXPECT_EQ(schedule_.TakeDue(101)->from, (ExpiryPlace{100, "", ""}))
      << "something new may be at its beginning";
}

TEST_F(ExpiryScheduleTest, ADeletedLogIsForgottenAndDoesNotComeBack) {
  const LogPtr log = MakeLog();
  const LogPtr other = MakeLog();
  schedule_.Add(log, 100);
  schedule_.Add(other, 200);
  log->deleted = true;
  schedule_.Forget(*log);
  schedule_.Forget(*log);
  schedule_.Add(log, 50);
  EXPECT_FALSE(schedule_.HasDue(200));
  EXPECT_EQ(schedule_.TakeDue(INT64_MAX)->log, other);
  EXPECT_FALSE(schedule_.TakeDue(INT64_MAX));
}

TEST_F(ExpiryScheduleTest, GivesOutTheLongestDueFirstWhateverIsAddedAndTaken) {
  std::mt19937_64 random(5);
  std::vector<LogPtr> logs;
  for (int i = 0; i < 20; ++i) logs.push_back(MakeLog());
  std::map<LogNumber, int64_t> model;
  for (int step = 0; step < 20'000; ++step) {
    const auto time_us = static_cast<int64_t>(random() % 1'000);
    if (random() % 2 == 0) {
      const LogPtr& log = logs[random() % logs.size()];
      schedule_.Add(log, time_us);
      const auto known = model.emplace(log->number(), time_us).first;
      known->second = std::min(known->second, time_us);
    } else {
      const auto earliest = std::min_element(model.begin(), model.end(), [](const auto& a, const auto& b) {
        return std::pair(a.second, a.first) < std::pair(b.second, b.first);
      });
      const bool expected = earliest != model.end() && earliest->second < time_us;
      ASSERT_EQ(schedule_.HasDue(time_us), expected);
      const auto due = schedule_.TakeDue(time_us);
      ASSERT_EQ(due.has_value(), expected);
      if (!due) continue;
      ASSERT_EQ(due->log->number(), earliest->first);
      ASSERT_EQ(due->from.expires_us, earliest->second);
      model.erase(earliest);
    }
  }
}

}  // namespace
}  // namespace replog
