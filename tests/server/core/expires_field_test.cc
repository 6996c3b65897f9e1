#include "server/core/expires_field.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "proto/wire/fields.h"
#include "tests/server/core/records.h"

namespace replog {
namespace {

using ::testing::HasSubstr;
using testing::MetadataValue;
using testing::ReasonText;

constexpr int64_t kSecond = 1'000'000;
constexpr int64_t kDay = 86'400 * kSecond;

std::string Varint(uint32_t field, int64_t value) {
  std::string encoded;
  wire::AppendVarintField(encoded, field, static_cast<uint64_t>(value));
  return encoded;
}

absl::StatusOr<int64_t> Parse(const std::string& encoded) { return ParseExpires(encoded, "x.expires"); }

TEST(ParseExpires, ReadsATimestampDownToMicroseconds) {
  EXPECT_EQ(*Parse(""), 0);
  EXPECT_EQ(*Parse(Varint(1, 5)), 5 * kSecond);
  EXPECT_EQ(*Parse(Varint(2, 1'999) + Varint(1, 5)), 5 * kSecond + 1) << "in any order";
  EXPECT_EQ(*Parse(Varint(1, -1) + Varint(2, 999'999'999)), -1);
  EXPECT_EQ(*Parse(Varint(1, -62'135'596'800)), -62'135'596'800 * kSecond);
  EXPECT_EQ(*Parse(Varint(1, 253'402'300'799) + Varint(2, 999'999'999)), 253'402'300'800 * kSecond - 1);
}

TEST(ParseExpires, RefusesWhatIsNoTimestamp) {
  for (const std::string& encoded :
       {Varint(1, -62'135'596'801), Varint(1, 253'402'300'800), Varint(1, INT64_MAX), Varint(1, INT64_MIN),
        Varint(2, -1), Varint(2, 1'000'000'000)}) {
    const auto status = Parse(encoded).status();
    EXPECT_EQ(ReasonText(status), "INVALID_FIELD");
    EXPECT_EQ(MetadataValue(status, "field"), "x.expires");
  }
  EXPECT_EQ(ReasonText(Parse(Varint(1, 1) + Varint(1, 1)).status()), "DUPLICATE_FIELD");
  EXPECT_EQ(ReasonText(Parse(Varint(3, 1)).status()), "UNKNOWN_FIELD");
  EXPECT_EQ(ReasonText(Parse("\x0a\x01x").status()), "MALFORMED") << "seconds as bytes";
  EXPECT_EQ(ReasonText(Parse("\x08").status()), "MALFORMED");
  EXPECT_EQ(ReasonText(Parse(std::string("\x08\x81\x00", 3)).status()), "MALFORMED") << "1 in two bytes";
}

TEST(CheckExpires, TakesWhatIsAfterNowForTenYears) {
  const int64_t now_us = 1'700'000'000 * kSecond;
  EXPECT_TRUE(CheckExpires(now_us + 1, "f", now_us).ok());
  EXPECT_TRUE(CheckExpires(now_us + 3'653 * kDay, "f", now_us).ok());
  EXPECT_EQ(ReasonText(CheckExpires(now_us, "f", now_us)), "INVALID_FIELD");
  EXPECT_EQ(ReasonText(CheckExpires(now_us + 3'653 * kDay + 1, "f", now_us)), "INVALID_FIELD");
}

TEST(CheckExpires, NamesTheFieldTheValueAndTheServersTime) {
  const int64_t now_us = 1'700'000'000 * kSecond;
  const auto past = CheckExpires(now_us - kSecond / 2, "records[3].expires", now_us);
  EXPECT_EQ(past.message(),
            "records[3].expires: 2023-11-14T22:13:19.500000Z is not after the server's time "
            "2023-11-14T22:13:20.000000Z; "
            "nothing was written");
  EXPECT_EQ(MetadataValue(past, "field"), "records[3].expires");
  EXPECT_EQ(MetadataValue(past, "value"), "2023-11-14T22:13:19.500000Z");
  EXPECT_EQ(MetadataValue(past, "server_time"), "2023-11-14T22:13:20.000000Z");
  EXPECT_THAT(std::string(CheckExpires(now_us + 4'000 * kDay, "f", now_us).message()),
              HasSubstr("is more than 3653 days after"));
}

}  // namespace
}  // namespace replog
