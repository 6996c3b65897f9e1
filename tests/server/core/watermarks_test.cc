#include "server/core/watermarks.h"

#include <gtest/gtest.h>

namespace replog {
namespace {

TEST(Watermarks, BeginAtWhatTheStoreHolds) {
  const Watermarks marks(5);
  EXPECT_EQ(marks.assigned().value, 5u);
  EXPECT_EQ(marks.written().value, 5u);
  EXPECT_EQ(marks.durable().value, 5u);
  EXPECT_EQ(marks.committed().value, 5u);
}

TEST(Watermarks, AdvanceInTheirOrder) {
  Watermarks marks(5);
  marks.Advance(AssignedEnd{9});
  marks.Advance(WrittenEnd{8});
  marks.Advance(DurableEnd{7});
  marks.Advance(CommittedEnd{7});
  EXPECT_EQ(marks.committed().value, 7u);
}

using WatermarksDeathTest = ::testing::Test;

TEST(WatermarksDeathTest, EndTheServerRatherThanShowWhatIsNotDurable) {
  GTEST_FLAG_SET(death_test_style, "threadsafe");
  Watermarks marks(5);
  marks.Advance(AssignedEnd{9});
  marks.Advance(WrittenEnd{9});
  EXPECT_DEATH(marks.Advance(CommittedEnd{6}), "out of order: assigned 9 written 9 durable 5 committed 6");
  EXPECT_DEATH(marks.Advance(DurableEnd{10}), "out of order");
}

TEST(WatermarksDeathTest, NeverGoBack) {
  GTEST_FLAG_SET(death_test_style, "threadsafe");
  Watermarks marks(5);
  EXPECT_DEATH(marks.Advance(AssignedEnd{4}), "out of order");
}

}  // namespace
}  // namespace replog
