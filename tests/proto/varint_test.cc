#include "proto/wire/varint.h"

#include <gtest/gtest.h>

#include <cstdint>
#include <string>
#include <vector>

namespace replog::wire {
namespace {

// Every power of two with its neighbours: all lengths, and both sides of each length's bound.
std::vector<uint64_t> EdgeValues() {
  std::vector<uint64_t> values = {0, UINT64_MAX};
  for (int bit = 0; bit < 64; ++bit) {
    const uint64_t power = uint64_t{1} << bit;
    values.insert(values.end(), {power - 1, power, power + 1});
  }
  return values;
}

std::string Encoded(uint64_t value) {
  std::string bytes;
  AppendVarint(bytes, value);
  return bytes;
}

bool Takes(std::string_view data) {
  uint64_t value;
  return TakeVarint(data, value);
}

TEST(Varint, HasTheBytesOfTheEncodingGuide) {
  EXPECT_EQ(Encoded(0), std::string(1, '\0'));
  EXPECT_EQ(Encoded(127), "\x7f");
  EXPECT_EQ(Encoded(128), "\x80\x01");
  EXPECT_EQ(Encoded(150), "\x96\x01");
  EXPECT_EQ(Encoded(UINT64_MAX), std::string(9, '\xff') + '\x01');
}

TEST(Varint, IsReadBackAndLeavesWhatFollows) {
  for (const uint64_t value : EdgeValues()) {
    const std::string bytes = Encoded(value) + "rest";
    std::string_view data = bytes;
    uint64_t read = 0;
    ASSERT_TRUE(TakeVarint(data, read)) << value;
    EXPECT_EQ(read, value);
    EXPECT_EQ(data, "rest") << value;
  }
}

TEST(Varint, HasTheSizeThatVarintSizeSays) {
  for (const uint64_t value : EdgeValues()) EXPECT_EQ(VarintSize(value), Encoded(value).size()) << value;
}

TEST(Varint, CutShortIsRefused) {
  for (const uint64_t value : EdgeValues()) {
    const std::string bytes = Encoded(value);
    for (size_t size = 0; size < bytes.size(); ++size) {
      EXPECT_FALSE(Takes(std::string_view(bytes).substr(0, size))) << value << " cut to " << size;
    }
  }
}

TEST(Varint, LongerThanSixtyFourBitsIsRefused) {
  EXPECT_TRUE(Takes(std::string(9, '\xff') + '\x01'));
  EXPECT_FALSE(Takes(std::string(9, '\xff') + '\x02'));
  EXPECT_FALSE(Takes(std::string(10, '\xff') + '\x01'));
  EXPECT_FALSE(Takes(std::string(10, '\x80') + '\x00'));
}

// Other encoders may pad; protobuf's own reader takes it.
TEST(Varint, PaddedWithZerosIsRead) {
  std::string_view data("\x81\x80\x00", 3);
  uint64_t value = 0;
  ASSERT_TRUE(TakeVarint(data, value));
  EXPECT_EQ(value, 1u);
  EXPECT_TRUE(data.empty());
}

}  // namespace
}  // namespace replog::wire
