#include "server/core/record_validator.h"

#include <gtest/gtest.h>

#include "tests/server/core/records.h"

namespace replog {
namespace {

using testing::MetadataValue;
using testing::NewRecord;
using testing::ReasonText;
using wire::AppendBytesField;
using wire::AppendVarintField;
namespace rf = wire::record_field;

absl::Status Check(const std::string& encoded, const Limits& limits = Limits()) {
  return RecordValidator(limits).Check(encoded, 7);
}

std::string Bytes(uint32_t field, std::string_view value) {
  std::string encoded;
  AppendBytesField(encoded, field, value);
  return encoded;
}

std::string Varint(uint32_t field, uint64_t value) {
  std::string encoded;
  AppendVarintField(encoded, field, value);
  return encoded;
}

std::string Channel() { return Bytes(rf::kChannel, "c"); }
std::string Header(std::string_view name, std::string_view value) {
  return Bytes(rf::kHeaders, Bytes(1, name) + Bytes(2, value));
}

void ExpectRefused(const std::string& encoded, const std::string& reason, const std::string& field = "") {
  const auto status = Check(encoded);
  EXPECT_EQ(ReasonText(status), reason) << status;
  if (!field.empty()) EXPECT_EQ(MetadataValue(status, "field"), field) << status;
}

TEST(RecordValidator, TakesEveryFieldThatIsBuilt) {
  EXPECT_TRUE(Check(Channel()).ok()) << "no body is legal";
  EXPECT_TRUE(Check(NewRecord("c", "text")).ok());
  EXPECT_TRUE(Check(NewRecord("c", "")).ok());
  EXPECT_TRUE(Check(Channel() + Bytes(rf::kPayload, std::string("\0\xff", 2))).ok());
  EXPECT_TRUE(Check(Channel() + Header("a", "1") + Header("b", "") + Bytes(rf::kText, "ä")).ok());
  EXPECT_TRUE(Check(Channel() + Bytes(rf::kHeaders, Bytes(2, "value") + Bytes(1, "name"))).ok())
      << "in any order";
  EXPECT_TRUE(Check(Bytes(rf::kText, "before its channel") + Channel()).ok());
}

TEST(RecordValidator, WantsAChannelThatIsLegal) {
  ExpectRefused("", "INVALID_FIELD", "records[7].channel");
  ExpectRefused(Bytes(rf::kText, "t"), "INVALID_FIELD", "records[7].channel");
  ExpectRefused(Bytes(rf::kChannel, ""), "INVALID_FIELD", "records[7].channel");
  ExpectRefused(Bytes(rf::kChannel, "a*"), "INVALID_FIELD", "records[7].channel");
}

TEST(RecordValidator, ForgetsNothingBetweenTheRecordsOfABatch) {
  const Limits limits;
  RecordValidator validator(limits);
  const std::string good = NewRecord("c", "t") + Header("a", "1");
  const std::string bad = NewRecord("d*", "t");
  EXPECT_TRUE(validator.Check(good, 0).ok());
  EXPECT_TRUE(validator.Check(good, 1).ok()) << "what occurred in one record is not doubled in the next";
  EXPECT_FALSE(validator.Check(bad, 2).ok());
  EXPECT_FALSE(validator.Check(bad, 3).ok()) << "a bad channel is never remembered as good";
}

TEST(RecordValidator, RefusesStringsThatAreNotUtf8) {
  ExpectRefused(Bytes(rf::kChannel, "\xff"), "INVALID_FIELD", "records[7].channel");
  ExpectRefused(Channel() + Bytes(rf::kText, "\xed\xa0\x80"), "INVALID_FIELD", "records[7].text");
  ExpectRefused(Channel() + Header("\xff", "v"), "INVALID_FIELD", "records[7].headers");
  ExpectRefused(Channel() + Header("n", "\xc0\x80"), "INVALID_FIELD", "records[7].headers");
}

TEST(RecordValidator, RefusesWhatIsGivenTwice) {
  ExpectRefused(Channel() + Channel(), "DUPLICATE_FIELD", "records[7].channel");
  ExpectRefused(Channel() + Bytes(rf::kText, "a") + Bytes(rf::kText, "a"), "DUPLICATE_FIELD");
  ExpectRefused(Channel() + Bytes(rf::kPayload, "a") + Bytes(rf::kPayload, "a"), "DUPLICATE_FIELD");
  ExpectRefused(Channel() + Bytes(rf::kText, "a") + Bytes(rf::kPayload, "a"), "DUPLICATE_FIELD");
  ExpectRefused(Channel() + Bytes(rf::kPayload, "a") + Bytes(rf::kText, "a"), "DUPLICATE_FIELD");
  ExpectRefused(Channel() + Header("n", "1") + Header("m", "2") + Header("n", "3"), "DUPLICATE_FIELD",
                "records[7].headers");
  ExpectRefused(Channel() + Bytes(rf::kHeaders, Bytes(1, "a") + Bytes(1, "b")), "DUPLICATE_FIELD");
  ExpectRefused(Channel() + Bytes(rf::kHeaders, Bytes(1, "a") + Bytes(2, "b") + Bytes(2, "b")),
                "DUPLICATE_FIELD");
}

TEST(RecordValidator, RefusesTheServersOwnFields) {
  ExpectRefused(Channel() + Varint(rf::kSequence, 0), "SERVER_OWNED_FIELD", "records[7].sequence");
  ExpectRefused(Channel() + Bytes(rf::kTime, ""), "SERVER_OWNED_FIELD", "records[7].time");
  ExpectRefused(Channel() + Bytes(rf::kProducer, ""), "SERVER_OWNED_FIELD", "records[7].producer");
  ExpectRefused(Channel() + Bytes(rf::kLease, ""), "SERVER_OWNED_FIELD", "records[7].lease");
}

TEST(RecordValidator, TakesKeysTombstonesAndVersions) {
  const std::string key = Bytes(rf::kKey, "k");
  EXPECT_TRUE(Check(Channel() + key).ok());
  EXPECT_TRUE(Check(Channel() + key + Varint(rf::kDeleted, 1)).ok());
  EXPECT_TRUE(Check(Channel() + Varint(rf::kDeleted, 0)).ok());
  EXPECT_TRUE(Check(Channel() + key + Bytes(rf::kText, "t") + Varint(rf::kVersion, UINT64_MAX)).ok());
  EXPECT_TRUE(Check(Channel() + Bytes(rf::kKey, std::string(1024, 'k'))).ok());
}

TEST(RecordValidator, RefusesKeysTombstonesAndVersionsThatAreNotLegal) {
  const std::string key = Bytes(rf::kKey, "k");
  ExpectRefused(Channel() + Bytes(rf::kKey, ""), "INVALID_FIELD", "records[7].key");
  ExpectRefused(Channel() + Bytes(rf::kKey, "\xff"), "INVALID_FIELD", "records[7].key");
  ExpectRefused(Channel() + Bytes(rf::kKey, std::string(1025, 'k')), "INVALID_FIELD", "records[7].key");
  ExpectRefused(Channel() + Varint(rf::kKey, 1), "MALFORMED", "records[7].key");
  ExpectRefused(Channel() + key + key, "DUPLICATE_FIELD", "records[7].key");
  ExpectRefused(Channel() + Varint(rf::kDeleted, 1), "INVALID_FIELD", "records[7].deleted");
  ExpectRefused(Channel() + key + Varint(rf::kDeleted, 2), "MALFORMED");
  ExpectRefused(Channel() + key + Varint(rf::kDeleted, 1) + Bytes(rf::kText, ""), "INVALID_FIELD",
                "records[7].deleted");
  ExpectRefused(Channel() + Varint(rf::kVersion, 1), "INVALID_FIELD", "records[7].version");
  ExpectRefused(Channel() + key + Bytes(rf::kVersion, "1"), "MALFORMED", "records[7].version");
}

TEST(RecordValidator, TakesATimeToExpireOfAKeysValueAlone) {
  const std::string key = Bytes(rf::kKey, "k");
  const std::string expires = Bytes(rf::kExpires, Varint(1, 4'000'000'000));
  const std::string field = "records[7].expires";
  EXPECT_TRUE(Check(Channel() + key + expires).ok());
  EXPECT_TRUE(Check(Channel() + expires + key + Bytes(rf::kText, "t") + Varint(rf::kDeleted, 0)).ok());
  ExpectRefused(Channel() + expires, "INVALID_FIELD", field);
  ExpectRefused(Channel() + key + Varint(rf::kDeleted, 1) + expires, "INVALID_FIELD", field);
  ExpectRefused(Channel() + key + expires + expires, "DUPLICATE_FIELD", field);
  ExpectRefused(Channel() + key + Varint(rf::kExpires, 4'000'000'000), "MALFORMED", field);
  ExpectRefused(Channel() + key + Bytes(rf::kExpires, "\x08"), "MALFORMED", field);
  ExpectRefused(Channel() + key + Bytes(rf::kExpires, Varint(2, 1'000'000'000)), "INVALID_FIELD", field);
  ExpectRefused(Channel() + key + Bytes(rf::kExpires, Varint(3, 1)), "UNKNOWN_FIELD", field);
}

TEST(RecordValidator, SaysWhenTheFirstAndTheLastRecordExpire) {
  const Limits limits;
  RecordValidator validator(limits);
  const std::string key = Channel() + Bytes(rf::kKey, "k");
  const std::string early = key + Bytes(rf::kExpires, Varint(1, 5));
  const std::string late = key + Bytes(rf::kExpires, Varint(1, 9));
  EXPECT_TRUE(validator.Check(key, 0).ok());
  EXPECT_FALSE(validator.expires());
  for (const std::string* record : {&late, &early, &key}) EXPECT_TRUE(validator.Check(*record, 1).ok());
  ASSERT_TRUE(validator.expires());
  EXPECT_EQ(validator.expires()->first_us, 5'000'000);
  EXPECT_EQ(validator.expires()->last_us, 9'000'000);
}

TEST(RecordValidator, SaysWhatABatchHas) {
  const Limits limits;
  RecordValidator validator(limits);
  // The validator remembers views into what it has seen.
  const std::string plain = NewRecord("c", "t");
  const std::string keyed = Channel() + Bytes(rf::kKey, "k");
  const std::string versioned = keyed + Varint(rf::kVersion, 0);
  EXPECT_TRUE(validator.Check(plain, 0).ok());
  EXPECT_FALSE(validator.keyed());
  EXPECT_TRUE(validator.Check(versioned, 1).ok());
  EXPECT_TRUE(validator.keyed());
  EXPECT_TRUE(validator.versioned()) << "a record without a key needs no version";
  EXPECT_TRUE(validator.Check(keyed, 2).ok());
  EXPECT_FALSE(validator.versioned());
}

TEST(RecordValidator, TakesIds) {
  EXPECT_TRUE(Check(Channel() + Bytes(rf::kId, std::string(256, 'i'))).ok());
  EXPECT_TRUE(Check(Channel() + Bytes(rf::kId, "ä/:\n*")).ok());
  ExpectRefused(Channel() + Bytes(rf::kId, ""), "INVALID_FIELD", "records[7].id");
  ExpectRefused(Channel() + Bytes(rf::kId, std::string(257, 'i')), "INVALID_FIELD", "records[7].id");
  ExpectRefused(Channel() + Bytes(rf::kId, "\xff"), "INVALID_FIELD", "records[7].id");
  ExpectRefused(Channel() + Bytes(rf::kId, "i") + Bytes(rf::kId, "i"), "DUPLICATE_FIELD", "records[7].id");
  ExpectRefused(Channel() + Varint(rf::kId, 1), "MALFORMED", "records[7].id");
  const Limits limits;
  RecordValidator validator(limits);
  const std::string plain = NewRecord("c", "t");
  const std::string identified = Channel() + Bytes(rf::kId, "i");
  EXPECT_TRUE(validator.Check(plain, 0).ok());
  EXPECT_FALSE(validator.identified());
  EXPECT_TRUE(validator.Check(identified, 1).ok());
  EXPECT_TRUE(validator.identified());
}

TEST(RecordValidator, RefusesUnknownFields) {
  ExpectRefused(Channel() + Varint(14, 1), "UNKNOWN_FIELD", "records[7].14");
  ExpectRefused(Channel() + Bytes(536'870'911, "x"), "UNKNOWN_FIELD");
  ExpectRefused(Channel() + Bytes(rf::kHeaders, Bytes(1, "a") + Bytes(3, "b")), "UNKNOWN_FIELD",
                "records[7].headers");
}

TEST(RecordValidator, RefusesWrongWireTypes) {
  ExpectRefused(Varint(rf::kChannel, 1), "MALFORMED");
  ExpectRefused(Channel() + Varint(rf::kText, 1), "MALFORMED");
  ExpectRefused(Channel() + Varint(rf::kPayload, 1), "MALFORMED");
  ExpectRefused(Channel() + Varint(rf::kHeaders, 1), "MALFORMED");
  ExpectRefused(Channel() + Bytes(rf::kHeaders, Varint(1, 1)), "MALFORMED");
}

TEST(RecordValidator, RefusesWhatIsCutShort) {
  const std::string whole = NewRecord("channel", "a text") + Header("name", "value");
  const std::vector<size_t> borders{9, 17};  // where the record is whole without its next field
  for (size_t size = 0; size < whole.size(); ++size) {
    const bool border = std::find(borders.begin(), borders.end(), size) != borders.end();
    EXPECT_EQ(Check(whole.substr(0, size)).ok(), border) << size;
  }
}

TEST(RecordValidator, RefusesVarintsThatAreLongerThanTheyNeedToBe) {
  ExpectRefused("\x9a\x80\x00\x01c", "MALFORMED");
  ExpectRefused(std::string("\x9a\x00\x01"
                            "c",
                            4),
                "MALFORMED");  // the tag of channel in two bytes
  ExpectRefused(std::string("\x1a\x81\x00"
                            "c",
                            4),
                "MALFORMED");                   // the length 1 in two bytes
  const std::string entry("\x0a\x81\x00n", 4);  // the same in a header
  ExpectRefused(Channel() + Bytes(rf::kHeaders, entry), "MALFORMED");
  ExpectRefused(Channel() + std::string("\x00", 1), "MALFORMED");  // field number 0
  ExpectRefused(Channel() + "\x2b\x2c", "MALFORMED");              // a group
}

TEST(RecordValidator, RefusesHeadersWithoutAName) {
  ExpectRefused(Channel() + Header("", "v"), "INVALID_FIELD", "records[7].headers");
  ExpectRefused(Channel() + Bytes(rf::kHeaders, ""), "INVALID_FIELD", "records[7].headers");
}

TEST(RecordValidator, HoldsTheLimitOfARecordToTheByte) {
  Limits limits;
  limits.record_bytes = 1024;
  const size_t overhead = NewRecord("c", std::string(1000, 't')).size() - 1000;
  EXPECT_TRUE(Check(NewRecord("c", std::string(1024 - overhead, 't')), limits).ok());
  const auto status = Check(NewRecord("c", std::string(1025 - overhead, 't')), limits);
  EXPECT_EQ(ReasonText(status), "TOO_LARGE");
  EXPECT_EQ(MetadataValue(status, "field"), "records[7]");
  EXPECT_EQ(MetadataValue(status, "limit"), "1024");
  EXPECT_EQ(MetadataValue(status, "value"), "1025");
}

TEST(RecordValidator, HoldsTheLimitsOfHeaders) {
  std::string record = Channel();
  for (int i = 0; i < 64; ++i) record += Header("h" + std::to_string(i), "");
  EXPECT_TRUE(Check(record).ok());
  ExpectRefused(record + Header("one more", ""), "TOO_LARGE", "records[7].headers");

  EXPECT_TRUE(Check(Channel() + Header("name", std::string((16 << 10) - 4, 'v'))).ok());
  ExpectRefused(Channel() + Header("name", std::string((16 << 10) - 3, 'v')), "TOO_LARGE",
                "records[7].headers");
}

TEST(RecordValidator, HoldsTheLimitOfAChannel) {
  EXPECT_TRUE(Check(Bytes(rf::kChannel, std::string(512, 'c'))).ok());
  ExpectRefused(Bytes(rf::kChannel, std::string(513, 'c')), "INVALID_FIELD", "records[7].channel");
}

}  // namespace
}  // namespace replog
