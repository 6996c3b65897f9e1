#include "base/crc32c.h"

#include <gtest/gtest.h>

#include <random>
#include <string>

namespace replog {
namespace {

// Bit by bit, straight from the polynomial.
uint32_t ReferenceCrc32c(std::string_view data, uint32_t before = 0) {
  uint32_t crc = ~before;
  for (const char c : data) {
    crc ^= static_cast<uint8_t>(c);
    for (int bit = 0; bit < 8; ++bit) crc = (crc >> 1) ^ ((crc & 1) ? 0x82f63b78 : 0);
  }
  return ~crc;
}

std::string Counting(int first, int step) {
  std::string bytes;
  for (int i = 0; i < 32; ++i) bytes.push_back(static_cast<char>(first + i * step));
  return bytes;
}

// RFC 3720, appendix B.4. The RFC prints the bytes in the order of transmission, which is little endian.
TEST(Crc32c, MatchesTheVectorsOfRfc3720) {
  EXPECT_EQ(Crc32c(std::string(32, '\0')), 0x8a9136aau);
  EXPECT_EQ(Crc32c(std::string(32, '\xff')), 0x62a8ab43u);
  EXPECT_EQ(Crc32c(Counting(0, 1)), 0x46dd794eu);
  EXPECT_EQ(Crc32c(Counting(31, -1)), 0x113fdb5cu);
}

TEST(Crc32c, MatchesTheVectorOfTheIscsiReadCommand) {
  const unsigned char command[48] = {0x01, 0xc0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0,    0, 0, 0, 0,
                                     0x14, 0,    0, 0, 0, 0, 4, 0, 0, 0, 0, 0x14, 0, 0, 0, 0x18,
                                     0x28, 0,    0, 0, 0, 0, 0, 0, 2, 0, 0, 0,    0, 0, 0, 0};
  EXPECT_EQ(Crc32c({reinterpret_cast<const char*>(command), sizeof(command)}), 0xd9963a56u);
}

TEST(Crc32c, OfNothingIsZero) { EXPECT_EQ(Crc32c(""), 0u); }

TEST(Crc32c, MatchesTheReferenceAtEveryLengthAndAlignment) {
  std::mt19937 random(1);
  std::string data(300, '\0');
  for (char& c : data) c = static_cast<char>(random());
  for (size_t start = 0; start < 9; ++start) {
    for (size_t size = 0; size <= 260; ++size) {
      const std::string_view part = std::string_view(data).substr(start, size);
      ASSERT_EQ(Crc32c(part), ReferenceCrc32c(part)) << "start " << start << ", size " << size;
    }
  }
}

TEST(Crc32c, MatchesTheReferenceWhereStretchesAreTakenTogether) {
  std::mt19937 random(2);
  std::string data(10'000, '\0');
  for (char& c : data) c = static_cast<char>(random());
  for (size_t size = 3'060; size <= data.size(); size += size % 3'072 < 20 ? 1 : 97) {
    const std::string_view part = std::string_view(data).substr(0, size);
    ASSERT_EQ(ExtendCrc32c(7, part), ReferenceCrc32c(part, 7)) << size;
  }
}

TEST(Crc32c, ExtendsOverAnySplit) {
  const std::string data = Counting(3, 7) + "the quick brown fox";
  const uint32_t whole = Crc32c(data);
  for (size_t split = 0; split <= data.size(); ++split) {
    const std::string_view view(data);
    EXPECT_EQ(ExtendCrc32c(Crc32c(view.substr(0, split)), view.substr(split)), whole) << "split " << split;
  }
}

TEST(Crc32c, SeesEverySingleFlippedBit) {
  std::string data = Counting(0, 1);
  const uint32_t whole = Crc32c(data);
  for (size_t bit = 0; bit < data.size() * 8; ++bit) {
    data[bit / 8] = static_cast<char>(data[bit / 8] ^ (1 << (bit % 8)));
    EXPECT_NE(Crc32c(data), whole) << "bit " << bit;
    data[bit / 8] = static_cast<char>(data[bit / 8] ^ (1 << (bit % 8)));
  }
}

}  // namespace
}  // namespace replog
