#include "server/auth/used_channels.h"

#include <gtest/gtest.h>

#include "base/error.h"
#include "tests/server/core/manual_clock.h"

using namespace replog;

namespace {

class UsedChannelsTest : public ::testing::Test {
 protected:
  Caller Appends(const std::vector<std::string>& channels) {
    Principal principal;
    principal.name = "bob";
    principal.grants.push_back({Access::kAppend, LogPatterns({"chat"}), NamePatterns(channels), {}, {}});
    return {std::make_shared<const Principal>(principal), std::make_shared<const Identity>(),
            std::make_shared<Usage>("bob", clock_)};
  }
  bool StillGranted(const std::vector<std::string>& channels) {
    return used_.CheckStillGranted(Appends(channels)).ok();
  }
  replog::testing::ManualClock clock_;
  UsedChannels used_;
};

TEST_F(UsedChannelsTest, NothingUsedNeedsNothing) { EXPECT_TRUE(StillGranted({})); }

TEST_F(UsedChannelsTest, WhatWasUsedMustBeGrantedStill) {
  used_.Add(Appends({"a", "b"}), "chat", "a");
  EXPECT_TRUE(StillGranted({"a"}));
  EXPECT_TRUE(StillGranted({"*"}));
  EXPECT_FALSE(StillGranted({"b"}));
  EXPECT_EQ(ReasonOf(used_.CheckStillGranted(Appends({"b"}))), Reason::kPermissionDenied);
}

TEST_F(UsedChannelsTest, WhoHasAllChannelsHasUsedThemAll) {
  used_.AddAll("chat");
  used_.AddAll("chat");
  EXPECT_TRUE(StillGranted({"*"}));
  EXPECT_FALSE(StillGranted({"a"}));
}

TEST_F(UsedChannelsTest, BeyondTheBoundAllThatWasGrantedCounts) {
  const Caller caller = Appends({"room-*", "lobby"});
  for (size_t i = 0; i < UsedChannels::kMaxChannels; ++i)
    used_.Add(caller, "chat", "room-" + std::to_string(i));
  EXPECT_TRUE(StillGranted({"room-*"})) << "the lobby was not used";
  used_.Add(caller, "chat", "room-one-more");
  EXPECT_FALSE(StillGranted({"room-*"})) << "who knows";
  EXPECT_TRUE(StillGranted({"room-*", "lobby", "x"}));
}

}  // namespace
