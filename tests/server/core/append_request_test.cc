#include "server/core/append_request.h"

#include <gtest/gtest.h>

#include "tests/server/core/records.h"

namespace replog {
namespace {

using testing::EncodeRequest;
using testing::MetadataValue;
using testing::NewRecord;
using testing::ReasonText;

std::string Refusal(std::string encoded) {
  return ReasonText(ParseAppendRequest(std::move(encoded), Limits()).status());
}

std::string Bytes(uint32_t field, std::string_view value) {
  std::string encoded;
  wire::AppendBytesField(encoded, field, value);
  return encoded;
}

TEST(AppendRequest, GivesTheRecordsInOrderAsTheyWereSent) {
  const std::vector<std::string> records{NewRecord("a", "1"), NewRecord("b", "2"), NewRecord("a", "3")};
  const auto request = ParseAppendRequest(EncodeRequest(records, "chat"), Limits());
  ASSERT_TRUE(request.ok()) << request.status();
  EXPECT_EQ(request->log, "chat");
  EXPECT_EQ(request->count, 3u);
  std::vector<std::string> given;
  request->ForEachRecord([&](std::string_view record) { given.emplace_back(record); });
  EXPECT_EQ(given, records);
}

TEST(AppendRequest, IsForTheDefaultLogWithoutAName) {
  EXPECT_EQ(ParseAppendRequest(EncodeRequest({NewRecord("a", "1")}), Limits())->log, "default");
  EXPECT_EQ(ParseAppendRequest(Bytes(1, "") + EncodeRequest({NewRecord("a", "1")}), Limits())->log,
            "default");
}

TEST(AppendRequest, SaysWhenItsRecordsExpire) {
  EXPECT_FALSE(ParseAppendRequest(EncodeRequest({NewRecord("a", "1")}), Limits())->expires);
  const auto request =
      ParseAppendRequest(EncodeRequest({NewRecord({.key = "k", .text = "t", .expires_us = 7})}), Limits());
  EXPECT_EQ(request->expires->first_us, 7);
  EXPECT_EQ(request->expires->last_us, 7);
}

TEST(AppendRequest, NeedsARecord) {
  EXPECT_EQ(Refusal(""), "EMPTY_BATCH");
  EXPECT_EQ(Refusal(Bytes(1, "chat")), "EMPTY_BATCH");
}

TEST(AppendRequest, IsRefusedForOneBadRecord) {
  const auto status =
      ParseAppendRequest(EncodeRequest({NewRecord("a", "1"), NewRecord("", "2")}), Limits()).status();
  EXPECT_EQ(ReasonText(status), "INVALID_FIELD");
  EXPECT_EQ(MetadataValue(status, "field"), "records[1].channel");
}

std::string Varint(uint32_t field, uint64_t value) {
  std::string encoded;
  wire::AppendVarintField(encoded, field, value);
  return encoded;
}

void ExpectStampRefused(const std::string& stamp, const std::string& reason, const std::string& field) {
  const auto status =
      ParseAppendRequest(EncodeRequest({NewRecord("a", "1")}) + Bytes(4, stamp), Limits()).status();
  EXPECT_EQ(ReasonText(status), reason) << status;
  EXPECT_EQ(MetadataValue(status, "field"), field) << status;
}

TEST(AppendRequest, TakesAProducersStamp) {
  const std::string good = EncodeRequest({NewRecord("a", "1")});
  EXPECT_FALSE(ParseAppendRequest(good, Limits())->producer);
  const auto request =
      ParseAppendRequest(good + Bytes(4, Varint(1, 7) + Varint(2, 1) + Varint(3, 0)), Limits());
  ASSERT_TRUE(request.ok()) << request.status();
  EXPECT_EQ(request->producer, (wire::ProducerStamp{7, 1, 0, 0, ""}));
  EXPECT_EQ(request->count, 1u);
}

TEST(AppendRequest, RefusesAStampThatLacksAFieldOrHasTheServersOwn) {
  const std::string whole = Varint(1, 7) + Varint(2, 1) + Varint(3, 5);
  ExpectStampRefused("", "INVALID_FIELD", "producer.id");
  ExpectStampRefused(Varint(1, 0) + Varint(2, 1) + Varint(3, 5), "INVALID_FIELD", "producer.id");
  ExpectStampRefused(Varint(1, 7) + Varint(3, 5), "INVALID_FIELD", "producer.epoch");
  ExpectStampRefused(Varint(1, 7) + Varint(2, 1), "INVALID_FIELD", "producer.first_sequence");
  ExpectStampRefused(Varint(1, 7) + Varint(2, 1) + Varint(3, 1ull << 63), "INVALID_FIELD",
                     "producer.first_sequence");
  ExpectStampRefused(whole + Varint(3, 5), "DUPLICATE_FIELD", "producer.first_sequence");
  ExpectStampRefused(whole + Varint(4, 1), "SERVER_OWNED_FIELD", "producer.count");
  ExpectStampRefused(whole + Bytes(5, "x"), "SERVER_OWNED_FIELD", "producer.outcomes");
  ExpectStampRefused(whole + Varint(6, 1), "UNKNOWN_FIELD", "producer");
  ExpectStampRefused(Bytes(1, "7") + Varint(2, 1) + Varint(3, 5), "MALFORMED", "producer.id");
  EXPECT_EQ(Refusal(EncodeRequest({NewRecord("a", "1")}) + Bytes(4, whole) + Bytes(4, whole)),
            "DUPLICATE_FIELD");
}

TEST(AppendRequest, BoundsTheRecordsOfAStampedBatch) {
  std::string encoded = Bytes(4, Varint(1, 7) + Varint(2, 1) + Varint(3, 5));
  const std::string record = Bytes(2, Bytes(3, "c"));
  for (int i = 0; i < 1 << 20; ++i) encoded += record;
  Limits limits;
  limits.request_bytes = 64 << 20;
  EXPECT_TRUE(ParseAppendRequest(encoded, limits).ok());
  const auto status = ParseAppendRequest(encoded + record, limits).status();
  EXPECT_EQ(ReasonText(status), "TOO_LARGE");
  EXPECT_EQ(MetadataValue(status, "limit"), "1048576");
}

TEST(AppendRequest, RefusesWhatItDoesNotKnow) {
  const std::string good = EncodeRequest({NewRecord("a", "1")});
  EXPECT_EQ(Refusal(good + Bytes(5, "")), "UNKNOWN_FIELD");
  EXPECT_EQ(Refusal(Bytes(1, "a") + Bytes(1, "a") + good), "DUPLICATE_FIELD");
  EXPECT_EQ(Refusal(Bytes(1, "\xff") + good), "INVALID_FIELD");
}

TEST(AppendRequest, IsRefusedWhenMalformed) {
  const std::string good = EncodeRequest({NewRecord("a", "1")});
  EXPECT_EQ(Refusal(good.substr(0, good.size() - 1)), "MALFORMED");
  EXPECT_EQ(Refusal("\x10\x01"), "MALFORMED") << "records as a number";
  EXPECT_EQ(Refusal("\x08\x01"), "MALFORMED") << "log as a number";
  EXPECT_EQ(Refusal(std::string(20, '\xff')), "MALFORMED");
}

TEST(AppendRequest, HoldsItsLimitToTheByte) {
  Limits limits;
  limits.request_bytes = 4096;
  const size_t overhead = EncodeRequest({NewRecord("c", std::string(4000, 't'))}).size() - 4000;
  EXPECT_TRUE(
      ParseAppendRequest(EncodeRequest({NewRecord("c", std::string(4096 - overhead, 't'))}), limits).ok());
  const auto status =
      ParseAppendRequest(EncodeRequest({NewRecord("c", std::string(4097 - overhead, 't'))}), limits).status();
  EXPECT_EQ(ReasonText(status), "TOO_LARGE");
  EXPECT_EQ(MetadataValue(status, "limit"), "4096");
  EXPECT_EQ(MetadataValue(status, "value"), "4097");
}

}  // namespace
}  // namespace replog
