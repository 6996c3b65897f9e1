#include "server/core/clock_guard.h"

#include <gtest/gtest.h>

#include <random>

namespace replog {
namespace {

using Event = ClockGuard::Event;
using State = ClockGuard::State;

constexpr int64_t kSecond = 1'000'000;
constexpr int64_t kMinute = 60 * kSecond;
constexpr int64_t kHour = 60 * kMinute;

class ClockGuardTest : public ::testing::Test {
 protected:
  // Both clocks go on for `passed_us`; the wall clock steps by `step_us` too.
  Event After(int64_t passed_us, int64_t step_us = 0) {
    now_.monotonic_us += passed_us;
    now_.wall_us += passed_us + step_us;
    return guard_.Look(now_);
  }
  ClockGuard::Reading now_{.wall_us = 1'700'000'000 * kSecond, .monotonic_us = 5 * kSecond};
  ClockGuard guard_{{.max_jump_us = kMinute, .settle_us = kHour}, now_};
};

TEST_F(ClockGuardTest, BelievesAClockThatRunsHoweverSeldomItIsLookedAt) {
  EXPECT_EQ(After(kSecond), Event::kNone);
  EXPECT_EQ(After(100 * kHour), Event::kNone);
  EXPECT_EQ(After(0), Event::kNone);
  EXPECT_EQ(guard_.state(), State::kBelieved);
}

TEST_F(ClockGuardTest, DoubtsAForwardJumpBeyondTheBound) {
  EXPECT_EQ(After(kSecond, kMinute), Event::kNone) << "at the bound";
  EXPECT_EQ(After(kSecond, kMinute + 1), Event::kJumped);
  EXPECT_EQ(guard_.state(), State::kDoubted);
  EXPECT_EQ(guard_.ahead_us(), kMinute + 1);
  EXPECT_EQ(After(kSecond), Event::kNone) << "said once";
  EXPECT_EQ(guard_.state(), State::kDoubted);
}

TEST_F(ClockGuardTest, BelievesAJumpBackAtOnce) {
  EXPECT_EQ(After(kSecond, -100 * kHour), Event::kNone);
  EXPECT_EQ(guard_.state(), State::kBelieved);
  EXPECT_EQ(After(kSecond, 100 * kHour), Event::kJumped) << "and from there forward is a jump";
}

TEST_F(ClockGuardTest, BelievesAClockThatCameBackToWhereItShouldBe) {
  After(kSecond, kHour);
  EXPECT_EQ(After(10 * kSecond, -kHour + kMinute + 1), Event::kNone) << "not far enough";
  EXPECT_EQ(After(10 * kSecond, -1), Event::kCameBack);
  EXPECT_EQ(guard_.state(), State::kBelieved);
  After(kSecond, kHour);
  EXPECT_EQ(After(kSecond, -10 * kHour), Event::kCameBack) << "further back than where it was";
}

TEST_F(ClockGuardTest, BelievesAClockThatHasRunEvenlySinceItsJump) {
  After(kSecond, 10 * kHour);
  EXPECT_EQ(After(kHour - 1), Event::kNone);
  EXPECT_EQ(After(1), Event::kSettled);
  EXPECT_EQ(After(kSecond), Event::kNone);
  EXPECT_EQ(After(kSecond, 2 * kMinute), Event::kJumped) << "the next is found from there";
}

TEST_F(ClockGuardTest, AnotherJumpBeginsTheWaitAnew) {
  After(kSecond, 10 * kHour);
  EXPECT_EQ(After(kHour - 1, 10 * kHour), Event::kNone);
  EXPECT_EQ(After(kHour - 1, -5 * kHour), Event::kNone) << "also one back that does not lead home";
  EXPECT_EQ(After(kHour - 1), Event::kNone);
  EXPECT_EQ(After(1), Event::kSettled);
}

// What it is for: between two looks at which it is believed, the wall clock never gained more than the bound,
// unless it was doubted for the whole time to settle.
TEST_F(ClockGuardTest, NeverBelievesWhatGainedMoreThanTheBoundAtOnce) {
  std::mt19937_64 random(3);
  auto believed = now_;
  int64_t doubted_us = 0;
  for (int i = 0; i < 100'000; ++i) {
    const auto passed_us = static_cast<int64_t>(random() % (2 * kMinute));
    const int64_t sizes[] = {0, 0, 0, kSecond, kMinute, kHour};
    const auto size_us = sizes[random() % 6];
    After(passed_us, random() % 2 == 0 ? size_us : -size_us);
    doubted_us = guard_.state() == State::kDoubted ? doubted_us + passed_us : 0;
    if (guard_.state() == State::kDoubted) continue;
    const int64_t passed = now_.monotonic_us - believed.monotonic_us;
    const int64_t gained = now_.wall_us - believed.wall_us - passed;
    ASSERT_TRUE(gained <= kMinute || passed >= kHour) << "look " << i << ": gained " << gained;
    believed = now_;
  }
}

}  // namespace
}  // namespace replog
