#include "storage/model/epoch_table.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "base/error.h"

namespace replog {
namespace {

// Epoch 1 wrote [0, 10), epoch 2 [10, 25), epoch 5 from 25 on.
EpochTable ThreeEpochs() {
  EpochTable table;
  table.Begin(1, 0);
  table.Begin(2, 10);
  table.Begin(5, 25);
  return table;
}

constexpr Sequence kEnd = 30;

void ExpectForkedAt(const absl::Status& status, Sequence fork) {
  EXPECT_EQ(ReasonOf(status), Reason::kForked) << status;
  EXPECT_THAT(MetadataOf(status),
              ::testing::Contains(std::pair<std::string, std::string>("fork_sequence", std::to_string(fork))))
      << status;
}

TEST(EpochTable, KnowsTheEpochOfEachRecord) {
  const EpochTable table = ThreeEpochs();
  EXPECT_EQ(table.current(), 5u);
  EXPECT_EQ(table.EpochOf(0), 1u);
  EXPECT_EQ(table.EpochOf(9), 1u);
  EXPECT_EQ(table.EpochOf(10), 2u);
  EXPECT_EQ(table.EpochOf(24), 2u);
  EXPECT_EQ(table.EpochOf(25), 5u);
  EXPECT_EQ(table.EpochBefore(0), 0u) << "the beginning is of no epoch";
  EXPECT_EQ(table.EpochBefore(10), 1u);
  EXPECT_EQ(table.EpochBefore(11), 2u);
}

TEST(EpochTable, AnEmptyTableHasNoEpoch) {
  EXPECT_EQ(EpochTable().current(), 0u);
  EXPECT_EQ(EpochTable().EpochOf(3), 0u);
}

TEST(EpochTable, AnEpochThatWroteNothingIsForgotten) {
  EpochTable table;
  table.Begin(1, 0);
  table.Begin(2, 10);
  table.Begin(3, 10);
  ASSERT_EQ(table.entries().size(), 2u);
  EXPECT_EQ(table.entries()[1].epoch, 3u);
  EXPECT_EQ(table.EpochOf(10), 3u);
}

TEST(EpochTable, EveryPositionOfThisHistoryIsGood) {
  const EpochTable table = ThreeEpochs();
  for (Sequence next = 0; next <= kEnd; ++next) {
    EXPECT_TRUE(table.Check(table.EpochBefore(next), next, kEnd).ok()) << next;
  }
}

TEST(EpochTable, APositionInTheLostSuffixOfAnEpochIsForkedWhereTheNextBegan) {
  // A reader saw epoch 1 up to 13; 10 to 12 were lost with the power, and epoch 2 wrote others.
  ExpectForkedAt(ThreeEpochs().Check(1, 13, kEnd), 10);
  // The same while nothing new was written yet.
  EpochTable table;
  table.Begin(1, 0);
  table.Begin(2, 10);
  ExpectForkedAt(table.Check(1, 13, 10), 10);
}

TEST(EpochTable, AnEpochThatIsNotHereIsForkedAtTheEndOfTheOneBefore) {
  ExpectForkedAt(ThreeEpochs().Check(3, 20, kEnd), 20);
  ExpectForkedAt(ThreeEpochs().Check(3, 28, kEnd), 25);
}

TEST(EpochTable, APositionOfALaterEpochThanAnyHereIsForked) {
  // For instance after a restore from a backup. Where that epoch began nobody here knows, so nothing is sure
  // to agree.
  ExpectForkedAt(ThreeEpochs().Check(6, 28, kEnd), 0);
  ExpectForkedAt(ThreeEpochs().Check(6, 40, kEnd), 0);
}

TEST(EpochTable, AnEarlierEpochThanTheRecordsIsForked) {
  ExpectForkedAt(ThreeEpochs().Check(1, 20, kEnd), 10);
  ExpectForkedAt(ThreeEpochs().Check(0, 20, kEnd), 0);
}

TEST(EpochTable, PastTheEndOfTheCurrentEpochIsNotAFork) {
  const auto status = ThreeEpochs().Check(5, 31, kEnd);
  EXPECT_EQ(ReasonOf(status), Reason::kPastTheEnd) << status;
  EXPECT_THAT(MetadataOf(status),
              ::testing::Contains(std::pair<std::string, std::string>("end_sequence", "30")));
}

TEST(EpochTable, AllOfAnEpochThatWasLostIsForkedAtTheBeginning) {
  EpochTable table;
  table.Begin(1, 0);
  table.Begin(2, 0);
  ExpectForkedAt(table.Check(1, 5, 0), 0);
  ExpectForkedAt(table.Check(1, 5, 10), 0);
}

}  // namespace
}  // namespace replog
