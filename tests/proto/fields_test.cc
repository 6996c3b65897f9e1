#include "proto/wire/fields.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <random>
#include <string>
#include <vector>

namespace replog::wire {
namespace {

std::vector<Field> ReadAll(std::string_view message, bool& malformed) {
  FieldReader reader(message);
  std::vector<Field> fields;
  Field field;
  while (reader.Next(field)) fields.push_back(field);
  malformed = reader.malformed();
  return fields;
}

bool IsMalformed(std::string_view message) {
  bool malformed = false;
  ReadAll(message, malformed);
  return malformed;
}

std::string OneOfEachType() {
  std::string message;
  AppendVarintField(message, 1, 300);
  AppendBytesField(message, 2, "body");
  AppendVarint(message, Tag(3, WireType::kFixed64));
  message += "12345678";
  AppendVarint(message, Tag(4, WireType::kFixed32));
  message += "1234";
  AppendBytesField(message, 536'870'911, "");  // the largest field number
  return message;
}

TEST(FieldReader, GivesTheFieldsInOrder) {
  const std::string message = OneOfEachType();
  bool malformed = true;
  const auto fields = ReadAll(message, malformed);
  EXPECT_FALSE(malformed);
  ASSERT_EQ(fields.size(), 5u);
  EXPECT_EQ(fields[0].number, 1u);
  EXPECT_EQ(fields[0].type, WireType::kVarint);
  EXPECT_EQ(fields[0].value, 300u);
  EXPECT_EQ(fields[1].type, WireType::kBytes);
  EXPECT_EQ(fields[1].bytes, "body");
  EXPECT_EQ(fields[2].bytes, "12345678");
  EXPECT_EQ(fields[3].bytes, "1234");
  EXPECT_EQ(fields[4].number, 536'870'911u);
  EXPECT_EQ(fields[4].bytes, "");
}

TEST(FieldReader, OfNothingEndsWithoutError) {
  bool malformed = true;
  EXPECT_TRUE(ReadAll("", malformed).empty());
  EXPECT_FALSE(malformed);
}

// A cut between two fields leaves a shorter message that is well-formed; every other cut is malformed.
TEST(FieldReader, CutInsideAFieldIsMalformed) {
  const std::string message = OneOfEachType();
  std::vector<size_t> boundaries = {0};
  FieldReader reader(message);
  Field field;
  while (reader.Next(field)) boundaries.push_back(message.size() - reader.rest().size());
  for (size_t size = 0; size <= message.size(); ++size) {
    const bool between = std::find(boundaries.begin(), boundaries.end(), size) != boundaries.end();
    EXPECT_EQ(IsMalformed(std::string_view(message).substr(0, size)), !between) << "cut to " << size;
  }
}

TEST(FieldReader, FieldNumberZeroIsMalformed) { EXPECT_TRUE(IsMalformed(std::string_view("\0\0", 2))); }

TEST(FieldReader, GroupsAndUnusedWireTypesAreMalformed) {
  for (const char type : {3, 4, 6, 7}) {
    EXPECT_TRUE(IsMalformed(std::string(1, static_cast<char>(1 << 3 | type)) + std::string(16, '\0')))
        << "wire type " << int{type};
  }
}

TEST(FieldReader, TagOfMoreThan32BitsIsMalformed) {
  std::string message;
  AppendVarint(message, uint64_t{UINT32_MAX} + 1 + 8);
  EXPECT_TRUE(IsMalformed(message + std::string(16, '\0')));
}

TEST(FieldReader, LengthPastTheEndIsMalformedHoweverHuge) {
  for (const uint64_t length : {uint64_t{5}, uint64_t{INT64_MAX}, UINT64_MAX, UINT64_MAX - 3}) {
    std::string message;
    AppendVarint(message, Tag(1, WireType::kBytes));
    AppendVarint(message, length);
    EXPECT_TRUE(IsMalformed(message + "four")) << length;
  }
}

TEST(FieldReader, StopsForGoodAtMalformedData) {
  std::string message;
  AppendVarintField(message, 1, 1);
  message += '\x07';
  AppendVarintField(message, 2, 2);
  FieldReader reader(message);
  Field field;
  EXPECT_TRUE(reader.Next(field));
  EXPECT_FALSE(reader.Next(field));
  EXPECT_FALSE(reader.Next(field));
  EXPECT_TRUE(reader.malformed());
}

// Under the sanitizers this also shows that nothing outside the message is read.
TEST(FieldReader, EndsOnAnyRandomBytesWithinThem) {
  std::mt19937 random(11);
  int malformed_count = 0;
  for (int round = 0; round < 20'000; ++round) {
    const size_t size = random() % 40;
    const std::vector<char> bytes = [&] {
      std::vector<char> made(size);
      for (char& c : made) c = static_cast<char>(random() % (random() % 2 ? 256 : 24));
      return made;
    }();
    bool malformed = false;
    size_t covered = 0;
    for (const Field& field : ReadAll({bytes.data(), size}, malformed)) {
      covered += 1 + (field.type == WireType::kVarint ? 1 : field.bytes.size());
    }
    EXPECT_LE(covered, size);
    malformed_count += malformed ? 1 : 0;
  }
  EXPECT_GT(malformed_count, 1'000);  // both ends were met
  EXPECT_LT(malformed_count, 19'900);
}

}  // namespace
}  // namespace replog::wire
