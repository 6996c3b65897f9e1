#include "storage/rocks/acked_floor.h"

#include <gtest/gtest.h>

#include <filesystem>
#include <fstream>

#include "base/error.h"
#include "tests/support/child_process.h"
#include "tests/support/temp_directory.h"

namespace replog {
namespace {

namespace fs = std::filesystem;

constexpr size_t kSlotSpacing = 4096;

class AckedFloorTest : public ::testing::Test {
 protected:
  // Makes a floor file that was raised to each of `numbers`, with a write for each.
  void Make(const std::vector<uint64_t>& numbers) {
    ASSERT_TRUE(AckedFloor::Create(path_).ok());
    for (const uint64_t number : numbers) (*AckedFloor::Open(path_))->Raise(number);
  }
  absl::StatusOr<uint64_t> Read() { return AckedFloor::Read(path_); }
  void Damage(size_t offset) {
    std::string content = testing::ReadFile(path_);
    ASSERT_LT(offset, content.size());
    content[offset] = static_cast<char>(content[offset] ^ 0x10);
    std::ofstream(path_, std::ios::binary) << content;
  }

  const testing::TempDirectory directory_;
  const std::string path_ = directory_ / "FLOOR";
};

TEST_F(AckedFloorTest, StartsAtZero) {
  Make({});
  EXPECT_EQ(*Read(), 0u);
}

TEST_F(AckedFloorTest, KeepsWhatItWasRaisedTo) {
  Make({5, 9, 100});
  EXPECT_EQ(*Read(), 100u);
}

TEST_F(AckedFloorTest, IsNeverLowered) {
  Make({100, 7});
  EXPECT_EQ(*Read(), 100u);
}

TEST_F(AckedFloorTest, WritesWhatWasRaisedLastWhenItCloses) {
  {
    const auto floor = AckedFloor::Create(path_);
    ASSERT_TRUE(floor.ok());
    for (uint64_t number = 1; number <= 1000; ++number) (*floor)->Raise(number);
  }
  EXPECT_EQ(*Read(), 1000u);
}

TEST_F(AckedFloorTest, CreateRefusesAFileThatExists) {
  Make({3});
  EXPECT_FALSE(AckedFloor::Create(path_).ok());
  EXPECT_EQ(*Read(), 3u);
}

TEST_F(AckedFloorTest, AMissingFileIsRefusedAndNotMade) {
  EXPECT_EQ(ReasonOf(AckedFloor::Open(path_).status()), Reason::kBelowFloor);
  EXPECT_FALSE(fs::exists(path_));
}

TEST_F(AckedFloorTest, OneTornSlotLeavesTheOther) {
  Make({5, 9});
  const std::string whole = testing::ReadFile(path_);
  for (const size_t slot : {size_t{0}, kSlotSpacing}) {
    for (size_t byte = 0; byte < 20; ++byte) {
      std::ofstream(path_, std::ios::binary) << whole;
      Damage(slot + byte);
      const auto floor = Read();
      ASSERT_TRUE(floor.ok()) << "slot at " << slot << ", byte " << byte;
      EXPECT_TRUE(*floor == 5 || *floor == 9) << *floor;
    }
  }
}

TEST_F(AckedFloorTest, TwoBadSlotsAreRefused) {
  Make({5, 9});
  Damage(0);
  Damage(kSlotSpacing);
  EXPECT_EQ(ReasonOf(Read().status()), Reason::kBelowFloor);
}

TEST_F(AckedFloorTest, AFileThatIsCutShortIsRefusedOrHasAWholeSlot) {
  Make({5, 9});
  fs::resize_file(path_, kSlotSpacing);
  const auto one_slot = Read();
  ASSERT_TRUE(one_slot.ok());
  EXPECT_TRUE(*one_slot == 5 || *one_slot == 9) << *one_slot;
  fs::resize_file(path_, 10);
  EXPECT_EQ(ReasonOf(Read().status()), Reason::kBelowFloor);
}

TEST_F(AckedFloorTest, GoesOnAfterATornSlot) {
  Make({5, 9});
  Damage(0);
  (*AckedFloor::Open(path_))->Raise(50);
  (*AckedFloor::Open(path_))->Raise(60);
  EXPECT_EQ(*Read(), 60u);
}

}  // namespace
}  // namespace replog
