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

TEST(AppendRequest, RefusesWhatItDoesNotKnowAndWhatIsNotBuilt) {
  const std::string good = EncodeRequest({NewRecord("a", "1")});
  EXPECT_EQ(Refusal(good + Bytes(4, "")), "NOT_BUILT");
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
