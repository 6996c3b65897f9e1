#include "server/http/new_records.h"

#include <gtest/gtest.h>

#include "base/error.h"
#include "replog/v1/replication_log.pb.h"

namespace replog {
namespace {

v1::AppendRequest Parsed(const absl::StatusOr<std::string>& encoded) {
  EXPECT_TRUE(encoded.ok()) << encoded.status();
  v1::AppendRequest request;
  EXPECT_TRUE(encoded.ok() && request.ParseFromString(*encoded));
  return request;
}

TEST(NewRecordsTest, BatchIsTheJsonOfAnAppendRequest) {
  const auto request =
      Parsed(EncodeBatch("l", R"({"records": [{"channel": "c", "key": "k", "payload": "aGk=", "version": "7",
      "headers": {"h": "v"}, "expires": "2030-01-01T00:00:00Z"}, {"channel": "c", "text": ""}],
      "conditions": {"expectedEnd": "3"}, "producer": {"id": "1", "epoch": 2, "first_sequence": "0"}})"));
  EXPECT_EQ(request.log(), "l");
  ASSERT_EQ(request.records_size(), 2);
  EXPECT_EQ(request.records(0).payload(), "hi");
  EXPECT_EQ(request.records(0).version(), 7u);
  EXPECT_EQ(request.records(0).headers().at("h"), "v");
  EXPECT_TRUE(request.records(1).has_text());
  EXPECT_EQ(request.conditions().expected_end(), 3u);
  EXPECT_EQ(request.producer().epoch(), 2u);
}

TEST(NewRecordsTest, LogOfTheBodyMustBeThatOfThePath) {
  EXPECT_EQ(Parsed(EncodeBatch("l", R"({"log": "l"})")).log(), "l");
  EXPECT_EQ(ReasonOf(EncodeBatch("l", R"({"log": "m"})").status()), Reason::kInvalidField);
}

TEST(NewRecordsTest, LinesAreRecords) {
  const auto request = Parsed(EncodeLines("l", "{\"channel\":\"a\"}\r\n \n{\"channel\":\"b\"}"));
  ASSERT_EQ(request.records_size(), 2);
  EXPECT_EQ(request.records(1).channel(), "b");
  EXPECT_EQ(Parsed(EncodeLines("l", "")).records_size(), 0);
}

TEST(NewRecordsTest, LineThatIsNoRecordIsNamed) {
  for (const char* line :
       {"{", "{\"channel\":\"a\"},{\"channel\":\"b\"}", "[]", "{\"sequence\":1}", "{\"chan\":1}"}) {
    const auto status = EncodeLines("l", std::string("{\"channel\":\"a\"}\n") + line).status();
    EXPECT_EQ(ReasonOf(status), Reason::kMalformed) << line;
    EXPECT_EQ(MetadataOf(status).back(), (std::pair<std::string, std::string>("line", "2"))) << line;
  }
}

TEST(NewRecordsTest, MessageIsWhatItsTypeSays) {
  EXPECT_EQ(Parsed(EncodeMessage("l", "c", "application/json; charset=utf-8", R"({"text": "t"})"))
                .records(0)
                .text(),
            "t");
  EXPECT_EQ(Parsed(EncodeMessage("l", "c", "application/octet-stream", "\xff")).records(0).payload(), "\xff");
  EXPECT_EQ(Parsed(EncodeMessage("l", "c", "application/x-www-form-urlencoded", R"({"text": "t"})"))
                .records(0)
                .text(),
            R"({"text": "t"})");
  EXPECT_EQ(Parsed(EncodeMessage("l", "c", "", "")).records(0).channel(), "c");
  EXPECT_EQ(ReasonOf(EncodeMessage("l", "c", "text/plain", "\xff").status()), Reason::kInvalidField);
  EXPECT_EQ(ReasonOf(EncodeMessage("l", "c", "application/json", R"({"channel": "d"})").status()),
            Reason::kInvalidField);
}

}  // namespace
}  // namespace replog
