#include "base/clock.h"

#include <gtest/gtest.h>

#include <ctime>

namespace replog {
namespace {

TEST(Clock, CountsMicrosecondsSince1970) {
  const int64_t before = std::time(nullptr) - 1;  // time() may lag behind the fine clock by a tick
  const int64_t now = SystemClock().WallMicros() / 1'000'000;
  EXPECT_GE(now, before);
  EXPECT_LE(now, std::time(nullptr) + 1);
}

TEST(Clock, NeverGoesBackwardsMonotonically) {
  int64_t last = SystemClock().MonotonicMicros();
  for (int i = 0; i < 10'000; ++i) {
    const int64_t now = SystemClock().MonotonicMicros();
    ASSERT_GE(now, last);
    last = now;
  }
}

}  // namespace
}  // namespace replog
