#include "server/auth/caller.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "base/error.h"
#include "tests/server/core/manual_clock.h"

using namespace replog;
using ::testing::ElementsAre;
using ::testing::Pair;

namespace {

NamePatterns All() { return NamePatterns({"*"}); }

class CallerTest : public ::testing::Test {
 protected:
  Caller CallerWith(std::vector<Grant> grants) {
    Principal principal;
    principal.name = "bob";
    principal.grants = std::move(grants);
    return {std::make_shared<const Principal>(principal), std::make_shared<const Identity>(),
            std::make_shared<Usage>("bob", clock_)};
  }
  // May read and append `room-*` and `lobby` of the log `chat`, be a node `n-*` of it and take the lease `l`.
  Caller Chat() {
    return CallerWith(
        {{{Access::kRead, Access::kAppend}, LogPatterns({"chat"}), NamePatterns({"room-*", "lobby"}), {}, {}},
         {Access::kNode, LogPatterns({"chat"}), {}, NamePatterns({"n-*"}), {}},
         {Access::kLease, {}, {}, {}, NamePatterns({"l"})}});
  }
  replog::testing::ManualClock clock_;
};

std::vector<std::string> Patterns(const absl::StatusOr<ChannelFilter>& filter) {
  if (!filter.ok()) return {filter.status().ToString()};
  std::vector<std::string> patterns = filter->names();
  for (const auto& prefix : filter->prefixes()) patterns.push_back(prefix + "*");
  return patterns;
}

TEST_F(CallerTest, HasWhatIsGrantedAndNothingElse) {
  const Caller chat = Chat();
  EXPECT_TRUE(chat.CheckLog(Access::kRead, "chat").ok());
  EXPECT_FALSE(chat.CheckLog(Access::kRead, "other").ok());
  EXPECT_FALSE(chat.CheckLog(Access::kAdmin, "chat").ok());
  EXPECT_TRUE(chat.CheckChannel(Access::kAppend, "chat", "room-1").ok());
  EXPECT_FALSE(chat.CheckChannel(Access::kAppend, "chat", "secret").ok());
  EXPECT_TRUE(chat.CheckNode("chat", "n-1").ok());
  EXPECT_FALSE(chat.CheckNode("chat", "m-1").ok());
  EXPECT_TRUE(chat.CheckLease("l").ok());
  EXPECT_FALSE(chat.CheckLease("l2").ok());
  EXPECT_FALSE(chat.CheckServerAdmin().ok());
  EXPECT_TRUE(chat.CheckSees("chat").ok());
  EXPECT_FALSE(chat.CheckSees("other").ok());
  EXPECT_TRUE(chat.CheckAny({Access::kAdmin, Access::kLease}).ok());
  EXPECT_FALSE(chat.CheckAny(Access::kAdmin).ok());
}

TEST_F(CallerTest, ARefusalSaysWhoWhatAndWhere) {
  const auto status = Chat().CheckChannel(Access::kRead, "chat", "secret");
  EXPECT_EQ(ReasonOf(status), Reason::kPermissionDenied);
  EXPECT_EQ(status.message(), "principal \"bob\" has no grant to read channel \"secret\" of log \"chat\"");
  EXPECT_THAT(MetadataOf(status), ElementsAre(Pair("principal", "bob"), Pair("verb", "read"),
                                              Pair("channel", "secret"), Pair("log", "chat")));
  EXPECT_EQ(Chat().CheckAny({Access::kAdmin}).message(), "principal \"bob\" has no grant to admin");
}

TEST_F(CallerTest, AStarCoversNoLogOfTheProductsOwn) {
  const Caller everything = CallerWith({{Verbs::All(), LogPatterns({"*"}), All(), All(), All()}});
  EXPECT_TRUE(everything.CheckLog(Access::kRead, "any").ok());
  EXPECT_FALSE(everything.CheckLog(Access::kRead, "_system").ok());
  EXPECT_FALSE(everything.CheckServerAdmin().ok());
  const Caller system = CallerWith({{{Access::kAdmin}, LogPatterns({"_system"}), {}, {}, {}}});
  EXPECT_TRUE(system.CheckServerAdmin().ok());
  const Caller both = CallerWith({{{Access::kRead}, LogPatterns({"*", "_*"}), All(), {}, {}}});
  EXPECT_TRUE(both.CheckLog(Access::kRead, "_system").ok());
  EXPECT_TRUE(both.CheckLog(Access::kRead, "any").ok());
  EXPECT_TRUE(both.CheckReadsEverything().ok());
  EXPECT_FALSE(everything.CheckReadsEverything().ok());
  const Caller own = CallerWith({{{Access::kAdmin}, LogPatterns({"_*"}), {}, {}, {}}});
  EXPECT_TRUE(own.CheckServerAdmin().ok());
  EXPECT_FALSE(own.CheckLog(Access::kAdmin, "any").ok());
}

TEST_F(CallerTest, AWishForEverythingIsNarrowedToWhatIsGranted) {
  EXPECT_THAT(Patterns(Chat().Narrow(Access::kRead, "chat", ChannelFilter())),
              ElementsAre("lobby", "room-*"));
  EXPECT_THAT(Patterns(Chat().Narrow(Access::kRead, "chat", ChannelFilter({"*"}))),
              ElementsAre("lobby", "room-*"));
  EXPECT_THAT(Patterns(Chat().Narrow(Access::kRead, "chat", ChannelFilter({"room-1*"}))),
              ElementsAre("room-1*"));
  EXPECT_THAT(Patterns(Chat().Narrow(Access::kRead, "chat", ChannelFilter({"lo*", "room-7"}))),
              ElementsAre("lobby", "room-7"));
}

TEST_F(CallerTest, ANamedChannelThatIsNotGrantedIsRefused) {
  const auto named = Chat().Narrow(Access::kRead, "chat", ChannelFilter({"room-1", "secret"}));
  EXPECT_EQ(ReasonOf(named.status()), Reason::kPermissionDenied);
  // Nothing is left; a filter without patterns would be all channels.
  EXPECT_EQ(ReasonOf(Chat().Narrow(Access::kRead, "chat", ChannelFilter({"s*"})).status()),
            Reason::kPermissionDenied);
  EXPECT_EQ(ReasonOf(Chat().Narrow(Access::kRead, "other", ChannelFilter()).status()),
            Reason::kPermissionDenied);
  EXPECT_EQ(ReasonOf(CallerWith({}).Narrow(Access::kRead, "chat", ChannelFilter()).status()),
            Reason::kPermissionDenied);
}

TEST_F(CallerTest, WhoHasEverythingGetsWhatItWants) {
  const Caller all = CallerWith({{Verbs::All(), LogPatterns({"*"}), All(), All(), All()}});
  EXPECT_TRUE(all.Narrow(Access::kRead, "chat", ChannelFilter())->all());
  EXPECT_THAT(Patterns(all.Narrow(Access::kRead, "chat", ChannelFilter({"x", "y*"}))),
              ElementsAre("x", "y*"));
  EXPECT_TRUE(all.HasAllChannels(Access::kAppend, "chat"));
  EXPECT_FALSE(Chat().HasAllChannels(Access::kAppend, "chat"));
}

TEST_F(CallerTest, AFilterIsGrantedWhenAllOfItIs) {
  EXPECT_TRUE(Chat().CheckFilter(Access::kRead, "chat", ChannelFilter({"room-1", "room-2*"})).ok());
  EXPECT_FALSE(Chat().CheckFilter(Access::kRead, "chat", ChannelFilter({"room-1", "s"})).ok());
  EXPECT_FALSE(Chat().CheckFilter(Access::kRead, "chat", ChannelFilter()).ok());
}

TEST_F(CallerTest, RequestsOverTheLimitsAreRefused) {
  Principal principal;
  principal.name = "bob";
  principal.limits = {.requests_per_second = 2, .bytes_per_second = 100, .streams = 1};
  auto usage = std::make_shared<Usage>("bob", clock_);
  usage->SetLimits(principal.limits);
  const Caller bob(std::make_shared<const Principal>(principal), std::make_shared<const Identity>(), usage);
  EXPECT_TRUE(bob.Admit(10).ok());
  EXPECT_TRUE(bob.Admit(10).ok());
  EXPECT_EQ(bob.Admit(10).message(), "principal \"bob\": more than 2 requests a second; nothing was done");
  clock_.monotonic_us += 1'000'000;
  EXPECT_TRUE(bob.Admit(60).ok());
  const auto refused = bob.Admit(60);
  EXPECT_EQ(ReasonOf(refused), Reason::kRateLimited);
  EXPECT_THAT(MetadataOf(refused), ElementsAre(Pair("principal", "bob"), Pair("limit", "100 bytes a second"),
                                               Pair("value", "60")));
  clock_.monotonic_us += 1'000'000;
  bob.Charge(300);
  clock_.monotonic_us += 1'000'000;
  EXPECT_FALSE(bob.Admit(0).ok()) << "an answer is paid for";
  {
    const auto stream = bob.OpenStream();
    EXPECT_TRUE(stream.ok());
    EXPECT_EQ(ReasonOf(bob.OpenStream().status()), Reason::kTooManyStreams);
  }
  EXPECT_TRUE(bob.OpenStream().ok());
}

}  // namespace
