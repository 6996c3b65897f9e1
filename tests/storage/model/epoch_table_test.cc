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

// Epoch 1 wrote [0, 10), 2 [10, 20); a copy made at 20 wrote on, in an epoch of its own origin.
EpochTable Copy(uint32_t random) {
  EpochTable table;
  table.Begin(1, 0);
  table.Begin(2, 10);
  table.Begin(NextOrigin(table.current(), random), 20);
  return table;
}

TEST(EpochTable, ACopyGoesOnWithWhatWasBeforeItsFork) {
  const EpochTable copy = Copy(7);
  for (Sequence next = 0; next <= 20; ++next) {
    EXPECT_TRUE(copy.Check(copy.EpochBefore(next), next, kEnd).ok()) << next;
  }
}

TEST(EpochTable, WhoIsAheadOfACopyIsForkedWhereItBegan) {
  for (const Sequence end : {Sequence{20}, kEnd}) {  // nothing was written to it yet; something was
    ExpectForkedAt(Copy(7).Check(2, 25, end), 20);
    ExpectForkedAt(Copy(7).Check(3, 25, end), 20);  // the source was started again since
    ExpectForkedAt(Copy(7).Check(900, 25, end), 20);
    ExpectForkedAt(Copy(7).Check(1, 25, end), 10);
  }
}

TEST(EpochTable, TwoCopiesOfOneBackupNeverTakeEachOthersPositions) {
  const EpochTable one = Copy(7);
  const EpochTable two = Copy(8);
  // Which of them was copied first nobody knows, nor whether it was at the same place.
  ExpectForkedAt(one.Check(two.current(), 25, kEnd), 0);
  ExpectForkedAt(two.Check(one.current(), 25, kEnd), 0);
  EpochTable source;
  source.Begin(1, 0);
  source.Begin(2, 10);
  ExpectForkedAt(source.Check(one.current(), 25, kEnd), 0);
}

TEST(EpochTable, AnOriginIsHigherThanEveryEpochBefore) {
  for (const Epoch epoch : {Epoch{0}, Epoch{1}, Epoch{0xffffffff}, NextOrigin(5, UINT32_MAX)}) {
    EXPECT_GT(NextOrigin(epoch, 0), epoch | 0xffffffff);
    EXPECT_GE(NextOrigin(epoch, UINT32_MAX), NextOrigin(epoch, 0));
  }
}

TEST(Lineage, OfALaterCopyIsHigherAndOfEachAnother) {
  constexpr int64_t kNow = 1'800'000'000'000'000;
  constexpr int64_t kSecond = 1'000'000;
  for (const uint64_t current : {uint64_t{0}, uint64_t{7}, NextLineage(0, kNow, UINT32_MAX)}) {
    for (const int64_t now : {int64_t{-1}, int64_t{0}, kNow}) {
      EXPECT_GT(NextLineage(current, now, 0), current) << "also when the clock was set back";
      EXPECT_NE(NextLineage(current, now, 1), NextLineage(current, now, 2)) << "of the same moment";
    }
  }
  for (const uint32_t random : {0u, 999'999u, (1u << 20) - 1, UINT32_MAX})
    EXPECT_GT(NextLineage(0, kNow + kSecond, 0), NextLineage(0, kNow, random)) << "one backup, twice";
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
