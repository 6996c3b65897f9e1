#include "server/core/conditions.h"

#include <gtest/gtest.h>

#include "proto/wire/fields.h"
#include "tests/server/core/records.h"

namespace replog {
namespace {

using testing::MetadataValue;
using testing::ReasonText;

std::string Bytes(uint32_t field, std::string_view value) {
  std::string encoded;
  wire::AppendBytesField(encoded, field, value);
  return encoded;
}

std::string Varint(uint32_t field, uint64_t value) {
  std::string encoded;
  wire::AppendVarintField(encoded, field, value);
  return encoded;
}

std::string Key(const std::string& expected) { return Bytes(2, Bytes(1, "c") + Bytes(2, "k") + expected); }

void ExpectRefused(const std::string& encoded, const std::string& reason, const std::string& field = "") {
  const auto status = ParseConditions(encoded, Limits()).status();
  EXPECT_EQ(ReasonText(status), reason) << status;
  if (!field.empty()) EXPECT_EQ(MetadataValue(status, "field"), field) << status;
}

TEST(Conditions, AreReadFromTheMessage) {
  const auto conditions =
      ParseConditions(Varint(1, 7) + Key(Varint(3, 5)) + Key(Varint(4, 1)) + Varint(3, 1), Limits());
  ASSERT_TRUE(conditions.ok()) << conditions.status();
  EXPECT_EQ(conditions->expected_end, 7u);
  ASSERT_EQ(conditions->keys.size(), 2u);
  EXPECT_EQ(conditions->keys[0].channel, "c");
  EXPECT_EQ(conditions->keys[0].key, "k");
  EXPECT_EQ(conditions->keys[0].sequence, 5u);
  EXPECT_FALSE(conditions->keys[1].sequence.has_value());
  EXPECT_TRUE(conditions->newer_version_only);
}

TEST(Conditions, OfNothingAskForNothing) {
  const auto conditions = ParseConditions("", Limits());
  ASSERT_TRUE(conditions.ok());
  EXPECT_FALSE(conditions->expected_end.has_value());
  EXPECT_TRUE(conditions->keys.empty());
  EXPECT_FALSE(conditions->newer_version_only);
}

TEST(Conditions, NameALeaseByItsToken) {
  const auto conditions =
      ParseConditions(Bytes(4, Bytes(1, "leader") + Varint(2, 3) + Varint(3, 0)), Limits());
  ASSERT_TRUE(conditions.ok()) << conditions.status();
  EXPECT_EQ(conditions->lease, (LeaseToken{"leader", {3, 0}}));
}

TEST(Conditions, ALeaseThatIsNotClearIsRefused) {
  ExpectRefused(Bytes(4, ""), "INVALID_FIELD", "conditions.lease.name");
  ExpectRefused(Bytes(4, Bytes(1, "a")), "INVALID_FIELD", "conditions.lease.sequence");
  ExpectRefused(Bytes(4, Bytes(1, std::string(257, 'a')) + Varint(3, 1)), "INVALID_FIELD",
                "conditions.lease.name");
  ExpectRefused(Bytes(4, Bytes(1, "\xff") + Varint(3, 1)), "INVALID_FIELD", "conditions.lease.name");
  ExpectRefused(Bytes(4, Bytes(1, "a") + Varint(3, 1) + Varint(3, 2)), "DUPLICATE_FIELD", "conditions.lease");
  ExpectRefused(Bytes(4, Varint(4, 1)), "UNKNOWN_FIELD", "conditions.lease");
  ExpectRefused(Bytes(4, Varint(1, 1)), "MALFORMED", "conditions.lease");
  ExpectRefused(Bytes(4, "\x08"), "MALFORMED");
  ExpectRefused(Varint(4, 1), "MALFORMED", "conditions.lease");
  const std::string lease = Bytes(4, Bytes(1, "a") + Varint(3, 1));
  ExpectRefused(lease + lease, "DUPLICATE_FIELD", "conditions");
}

TEST(Conditions, AreRefusedWhenTheyAreNotClear) {
  ExpectRefused(Bytes(2, Bytes(1, "c") + Varint(4, 1)), "INVALID_FIELD", "conditions.keys[0].key");
  ExpectRefused(Bytes(2, Bytes(2, "k") + Varint(4, 1)), "INVALID_FIELD", "conditions.keys[0].channel");
  ExpectRefused(Key(Varint(4, 1)) + Key(""), "INVALID_FIELD", "conditions.keys[1]");
  ExpectRefused(Key(Varint(4, 0)), "INVALID_FIELD", "conditions.keys[0].absent");
  ExpectRefused(Key(Varint(3, 1) + Varint(4, 1)), "DUPLICATE_FIELD", "conditions.keys[0]");
  ExpectRefused(Key(Varint(4, 1) + Bytes(1, "d")), "DUPLICATE_FIELD", "conditions.keys[0]");
  ExpectRefused(Varint(1, 1) + Varint(1, 1), "DUPLICATE_FIELD", "conditions");
  ExpectRefused(Varint(9, 1), "UNKNOWN_FIELD", "conditions");
  ExpectRefused(Key(Varint(9, 1)), "UNKNOWN_FIELD", "conditions.keys[0]");
  std::string many;
  for (int i = 0; i < 1001; ++i) many += Key(Varint(4, 1));
  ExpectRefused(many, "TOO_LARGE", "conditions.keys");
  ExpectRefused("\x08", "MALFORMED");
  ExpectRefused(Bytes(1, "1"), "MALFORMED");
}

}  // namespace
}  // namespace replog
