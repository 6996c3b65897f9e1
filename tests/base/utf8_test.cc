#include "base/utf8.h"

#include <gtest/gtest.h>

#include <cstdint>
#include <random>
#include <string>

namespace replog {
namespace {

// The definition turned round: a text is well-formed when decoding gives code points whose own encoding is
// the text.
void Encode(uint32_t point, std::string& out) {
  const auto tail = [&](int shift) { out.push_back(static_cast<char>(0x80 | ((point >> shift) & 0x3f))); };
  if (point < 0x80) {
    out.push_back(static_cast<char>(point));
  } else if (point < 0x800) {
    out.push_back(static_cast<char>(0xc0 | point >> 6));
    tail(0);
  } else if (point < 0x10000) {
    out.push_back(static_cast<char>(0xe0 | point >> 12));
    tail(6), tail(0);
  } else {
    out.push_back(static_cast<char>(0xf0 | point >> 18));
    tail(12), tail(6), tail(0);
  }
}

bool IsScalarValue(uint32_t point) { return point <= 0x10ffff && (point < 0xd800 || point > 0xdfff); }

// How many bytes a lead byte announces, overlong and illegal ones included; 0 for a byte that leads nothing.
size_t Announced(uint8_t lead) {
  if (lead < 0x80) return 1;
  if (lead >= 0xc0 && lead < 0xe0) return 2;
  if (lead >= 0xe0 && lead < 0xf0) return 3;
  return lead >= 0xf0 && lead < 0xf8 ? 4 : 0;
}

bool ReferenceIsUtf8(std::string_view text) {
  while (!text.empty()) {
    const auto lead = static_cast<uint8_t>(text[0]);
    const size_t size = Announced(lead);
    if (size == 0 || size > text.size()) return false;
    uint32_t point = size == 1 ? lead : lead & (0x7f >> size);
    for (size_t i = 1; i < size; ++i) point = point << 6 | (static_cast<uint8_t>(text[i]) & 0x3f);
    std::string again;
    Encode(point, again);
    if (!IsScalarValue(point) || text.substr(0, size) != again) return false;
    text.remove_prefix(size);
  }
  return true;
}

std::string Bytes(uint32_t value, int count) {
  std::string bytes;
  for (int i = count - 1; i >= 0; --i) bytes.push_back(static_cast<char>(value >> (8 * i)));
  return bytes;
}

TEST(Utf8, AgreesWithTheReferenceOnEveryTextOfUpToThreeBytes) {
  for (int count = 0; count <= 3; ++count) {
    for (uint32_t value = 0; value < 1u << (8 * count); ++value) {
      const std::string text = Bytes(value, count);
      ASSERT_EQ(IsUtf8(text), ReferenceIsUtf8(text)) << count << " bytes, " << std::hex << value;
    }
  }
}

// Every lead and second byte, with the third and fourth at the ends of their ranges.
TEST(Utf8, AgreesWithTheReferenceAtTheEdgesOfFourByteForms) {
  constexpr uint8_t kEdges[] = {0x00, 0x7f, 0x80, 0x8f, 0x90, 0x9f, 0xa0, 0xbf, 0xc0, 0xff};
  for (uint32_t head = 0; head < 0x10000; ++head) {
    for (const uint8_t third : kEdges) {
      for (const uint8_t fourth : kEdges) {
        const uint32_t value = head << 16 | uint32_t{third} << 8 | fourth;
        ASSERT_EQ(IsUtf8(Bytes(value, 4)), ReferenceIsUtf8(Bytes(value, 4))) << std::hex << value;
      }
    }
  }
}

TEST(Utf8, AcceptsEveryScalarValueAndNoSurrogate) {
  for (uint32_t point = 0; point <= 0x10ffff; ++point) {
    std::string text;
    Encode(point, text);
    ASSERT_EQ(IsUtf8(text), IsScalarValue(point)) << std::hex << point;
  }
}

// The fast path takes eight ASCII bytes at a time; a bad byte must be seen wherever it stands.
TEST(Utf8, SeesABadByteAtEveryPlaceOfALongText) {
  for (size_t size = 1; size <= 40; ++size) {
    for (size_t at = 0; at < size; ++at) {
      std::string text(size, 'a');
      ASSERT_TRUE(IsUtf8(text));
      text[at] = '\x80';
      ASSERT_FALSE(IsUtf8(text)) << "size " << size << ", at " << at;
      text[at] = '\xc3';  // a lead byte without what it leads
      ASSERT_FALSE(IsUtf8(text)) << "size " << size << ", at " << at;
    }
  }
}

TEST(Utf8, AgreesWithTheReferenceOnRandomMixes) {
  std::mt19937 random(7);
  int well_formed = 0;
  for (int round = 0; round < 50'000; ++round) {
    std::string text;
    for (uint32_t i = random() % 24; i > 0; --i) Encode(random() % (random() % 2 ? 0x80 : 0x110000), text);
    if (random() % 2 && !text.empty()) text[random() % text.size()] = static_cast<char>(random());
    ASSERT_EQ(IsUtf8(text), ReferenceIsUtf8(text)) << testing::PrintToString(text);
    well_formed += IsUtf8(text) ? 1 : 0;
  }
  EXPECT_GT(well_formed, 5'000);  // both answers were tried
  EXPECT_LT(well_formed, 45'000);
}

}  // namespace
}  // namespace replog
