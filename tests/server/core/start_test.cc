#include "server/core/start.h"

#include <gtest/gtest.h>

#include "tests/server/core/core_fixture.h"

namespace replog {
namespace {

using testing::CoreFixture;
using testing::MetadataValue;
using testing::ReasonText;

constexpr int64_t kSecond = 1'000'000;

// Records 0 to 5, two in each second; 0 and 1 are trimmed away.
class StartTest : public ::testing::Test, public CoreFixture {
 protected:
  StartTest() {
    CoreFixture::Start();
    begin_us_ = clock.wall_us;
    for (int second = 0; second < 3; ++second) {
      EXPECT_TRUE(Append(log(), {"x", "y"}).get().ok());
      clock.wall_us += kSecond;
    }
    (void)log()->tail().Trim(2);
    EXPECT_TRUE(store.Trim(log()->number(), 2).ok());
  }
  absl::StatusOr<Sequence> Resolve(const replog::Start& start) { return ResolveStart(start, *log(), store); }
  std::string Refusal(const replog::Start& start) { return ReasonText(Resolve(start).status()); }
  Position At(Sequence next) { return log()->PositionAt(next); }
  int64_t begin_us_ = 0;
};

TEST_F(StartTest, BeginsAtWhatIsKeptAndEndsAtTheEnd) {
  EXPECT_EQ(*Resolve(FromBeginning{}), 2u);
  EXPECT_EQ(*Resolve(FromEnd{}), 6u);
}

TEST_F(StartTest, TakesASequenceStrictly) {
  EXPECT_EQ(*Resolve(FromSequence{2}), 2u);
  EXPECT_EQ(*Resolve(FromSequence{6}), 6u) << "the end itself is legal";
  const auto below = Resolve(FromSequence{1}).status();
  EXPECT_EQ(ReasonText(below), "BELOW_FIRST_KEPT");
  EXPECT_EQ(MetadataValue(below, "first_kept_sequence"), "2");
  const auto past = Resolve(FromSequence{7}).status();
  EXPECT_EQ(ReasonText(past), "PAST_THE_END");
  EXPECT_EQ(MetadataValue(past, "end_sequence"), "6");
  EXPECT_EQ(Refusal(FromSequence{UINT64_MAX}), "PAST_THE_END");
}

TEST_F(StartTest, TakesAPositionOfItsOwnHistory) {
  EXPECT_EQ(*Resolve(FromPosition{At(4)}), 4u);
  EXPECT_EQ(*Resolve(FromPosition{At(6)}), 6u);
  EXPECT_EQ(Refusal(FromPosition{At(1)}), "BELOW_FIRST_KEPT");
}

TEST_F(StartTest, RefusesAPositionOfAnotherLog) {
  Position position = At(4);
  position.log_uuid = "another";
  const auto status = Resolve(FromPosition{position}).status();
  EXPECT_EQ(ReasonText(status), "WRONG_LOG");
  EXPECT_EQ(MetadataValue(status, "log_uuid"), log()->uuid());
}

// Who has read a restored copy of this log, and comes here.
TEST_F(StartTest, TakesAPositionOfACopyUpToTheFork) {
  Position shared = At(4);
  shared.lineage = 1;
  EXPECT_EQ(*Resolve(FromPosition{shared}), 4u) << "both have the records before";
  Position behind = shared;
  behind.epoch = NextOrigin(shared.epoch, 0) + 1;
  const auto status = Resolve(FromPosition{behind}).status();
  EXPECT_EQ(ReasonText(status), "FORKED") << "the copy's own record";
  EXPECT_EQ(MetadataValue(status, "fork_sequence"), "0") << "where the copy forked is not known here";
}

TEST_F(StartTest, RefusesAPositionOfALostFutureWithTheForkPoint) {
  // The store comes back with a new epoch at 6; somebody saw records 6 to 8 of epoch 1, which are lost.
  EXPECT_TRUE(store.Recover().ok());
  log()->Reopened(store.Logs()[0]);
  Position position = At(6);
  position.next_sequence = 9;
  const auto status = Resolve(FromPosition{position}).status();
  EXPECT_EQ(ReasonText(status), "FORKED");
  EXPECT_EQ(MetadataValue(status, "fork_sequence"), "6");
  EXPECT_EQ(*Resolve(FromPosition{At(6)}), 6u);
}

TEST_F(StartTest, RefusesAPositionPastTheEnd) {
  Position position = At(6);
  position.next_sequence = 9;
  EXPECT_EQ(Refusal(FromPosition{position}), "PAST_THE_END");
}

TEST_F(StartTest, FindsTheFirstRecordAtOrAfterATime) {
  EXPECT_EQ(*Resolve(FromTime{0}), 2u) << "what is kept of it";
  EXPECT_EQ(*Resolve(FromTime{begin_us_ + kSecond}), 2u);
  EXPECT_EQ(*Resolve(FromTime{begin_us_ + kSecond + 1}), 4u);
  EXPECT_EQ(*Resolve(FromTime{begin_us_ + 2 * kSecond}), 4u);
  EXPECT_EQ(*Resolve(FromTime{begin_us_ + 2 * kSecond + 1}), 6u) << "the end when there is none";
}

TEST_F(StartTest, MeetsATrimDuringTheSearchForATime) {
  store.OnRead([this] {
    EXPECT_TRUE(store.Trim(log()->number(), 6).ok());
    (void)log()->tail().Trim(6);
  });
  const auto start = Resolve(FromTime{begin_us_ + kSecond});
  ASSERT_TRUE(start.ok()) << start.status();
  EXPECT_LE(*start, 6u);
}

}  // namespace
}  // namespace replog
