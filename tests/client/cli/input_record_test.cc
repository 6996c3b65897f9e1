#include "client/cli/input_record.h"

#include <gtest/gtest.h>

namespace replog::cli {
namespace {

using client::BodyKind;
using client::Header;

std::string Error(std::string_view line, const JsonLineFormat& format = {}) {
  const auto record = ParseJsonLine(line, format);
  EXPECT_EQ(record.status().code(), client::StatusCode::kInvalidArgument) << line;
  return record.status().message();
}

TEST(ParseJsonLine, TakesChannelTextAndHeaders) {
  const auto record =
      ParseJsonLine(R"({"channel":"room","text":"a\u0001\n\u00e9","headers":{"user":"ada"}})", {});
  ASSERT_TRUE(record.ok()) << record.status().ToString();
  EXPECT_EQ(record->channel, "room");
  EXPECT_EQ(record->body_kind, BodyKind::kText);
  EXPECT_EQ(record->body, "a\x01\n\xc3\xa9");
  EXPECT_EQ(record->headers, (std::vector<Header>{{"user", "ada"}}));
}

TEST(ParseJsonLine, TakesAPayloadAsBase64) {
  const auto record = ParseJsonLine(R"({"channel":"room","payload":"AP8="})", {});
  ASSERT_TRUE(record.ok());
  EXPECT_EQ(record->body_kind, BodyKind::kPayload);
  EXPECT_EQ(record->body, std::string("\0\xff", 2));
}

TEST(ParseJsonLine, TellsNoBodyFromAnEmptyOne) {
  EXPECT_EQ(ParseJsonLine(R"({"channel":"room"})", {}).value().body_kind, BodyKind::kNone);
  EXPECT_EQ(ParseJsonLine(R"({"channel":"room","text":""})", {}).value().body_kind, BodyKind::kText);
}

TEST(ParseJsonLine, NamedFieldsBecomeHeadersAsTheyAre) {
  const JsonLineFormat format{{"user", "time"}, ""};
  const auto record = ParseJsonLine(
      R"({"time":"2004","channel":"room","user":"|QuaD-","text":"x","headers":{"a":"b"}})", format);
  ASSERT_TRUE(record.ok());
  EXPECT_EQ(record->headers, (std::vector<Header>{{"time", "2004"}, {"user", "|QuaD-"}, {"a", "b"}}));
}

TEST(ParseJsonLine, TheDefaultChannelIsForLinesWithoutOne) {
  const JsonLineFormat format{{}, "lobby"};
  EXPECT_EQ(ParseJsonLine(R"({"text":"x"})", format).value().channel, "lobby");
  EXPECT_EQ(ParseJsonLine(R"({"channel":"room"})", format).value().channel, "room");
}

TEST(ParseJsonLine, TakesWhatIsOfAKey) {
  const auto record = ParseJsonLine(
      R"({"channel":"c","key":"k","version":18446744073709551615,"expires":"1970-01-01T00:00:01.5Z"})", {});
  ASSERT_TRUE(record.ok()) << record.status().ToString();
  EXPECT_EQ(record->key, "k");
  EXPECT_EQ(record->version, UINT64_MAX);
  EXPECT_EQ(record->expires, client::Time(std::chrono::microseconds(1'500'000)));
  EXPECT_FALSE(record->deleted);
  EXPECT_TRUE(ParseJsonLine(R"({"channel":"c","key":"k","deleted":true})", {})->deleted);
  EXPECT_EQ(ParseJsonLine(R"({"channel":"c","key":"named"})", {{"key"}, ""})->headers,
            (std::vector<Header>{{"key", "named"}}))
      << "unless it is to be a header";
}

TEST(ParseJsonLine, RefusesAnUnknownFieldByName) {
  EXPECT_EQ(Error(R"({"channel":"room","text":"x","user":"ada"})"),
            "unknown field \"user\"; --header user would make it a header");
}

TEST(ParseJsonLine, RefusesWhatIsGivenTwice) {
  EXPECT_EQ(Error(R"({"channel":"a","channel":"b"})"), "\"channel\" is given twice");
  EXPECT_EQ(Error(R"({"channel":"a","headers":{"h":"1","h":"2"}})"), "\"h\" is given twice");
  EXPECT_EQ(Error(R"({"channel":"a","text":"x","payload":"AA=="})"),
            "a record has either \"text\" or \"payload\"");
  // The same name at different depths is no repetition.
  EXPECT_TRUE(ParseJsonLine(R"({"channel":"a","headers":{"channel":"1"},"text":""})", {}).ok());
}

TEST(ParseJsonLine, RefusesWrongTypes) {
  EXPECT_EQ(Error(R"({"channel":7})"), "\"channel\" is not a string");
  EXPECT_EQ(Error(R"({"channel":"a","text":null})"), "\"text\" is not a string");
  EXPECT_EQ(Error(R"({"channel":"a","headers":[]})"), "\"headers\" is not an object");
  EXPECT_EQ(Error(R"({"channel":"a","headers":{"h":1}})"), "the header \"h\" is not a string");
  EXPECT_EQ(Error(R"({"channel":"a","u":1})", {{"u"}, ""}), "\"u\" is not a string");
  EXPECT_EQ(Error(R"({"channel":"a","payload":"AP8"})"), "\"payload\" is not base64");
  EXPECT_EQ(Error(R"({"channel":"a","key":7})"), "\"key\" is not a string");
  EXPECT_EQ(Error(R"({"channel":"a","deleted":1})"), "\"deleted\" is neither true nor false");
  EXPECT_EQ(Error(R"({"channel":"a","key":"k","deleted":true,"text":""})"),
            "\"text\": a tombstone has no body");
  for (const char* version : {"-1", "1.0", "18446744073709551616", "\"7\""}) {
    EXPECT_EQ(Error(R"({"channel":"a","version":)" + std::string(version) + "}"),
              "\"version\" is not a whole number from 0 to 2^64-1");
  }
  EXPECT_EQ(Error(R"({"channel":"a","expires":1700000000})"), "\"expires\" is not a string");
  EXPECT_EQ(Error(R"({"channel":"a","expires":"tomorrow"})"),
            "\"expires\" is not a time as in 2030-01-02T03:04:05Z");
  EXPECT_EQ(Error(R"(["channel"])"), "not a JSON object");
  EXPECT_EQ(Error(R"({"text":"x"})"), "\"channel\" is missing");
}

TEST(ParseJsonLine, RefusesWhatIsNotJson) {
  EXPECT_TRUE(Error("{").starts_with("not JSON: "));
  EXPECT_TRUE(Error("").starts_with("not JSON: "));
  EXPECT_TRUE(Error("{\"channel\":\"\xff\"}").starts_with("not JSON: "));
  EXPECT_TRUE(Error(R"({"channel":"a"} {"channel":"b"})").starts_with("not JSON: "));
}

TEST(ParseJsonLine, TakesAnId) {
  EXPECT_EQ(ParseJsonLine(R"({"channel":"room","id":"7"})", {}).value().id, "7");
  EXPECT_FALSE(ParseJsonLine(R"({"channel":"room"})", {}).value().id);
  EXPECT_EQ(Error(R"({"channel":"room","id":""})"), "the id is empty");
  EXPECT_EQ(Error(R"({"channel":"room","id":7})"), "\"id\" is not a string");
}

TEST(ParseJsonLine, TakesTheIdFromAHeader) {
  JsonLineFormat format;
  format.header_fields = {"order"};
  format.id_header = "order";
  const auto record = ParseJsonLine(R"({"channel":"room","order":"7"})", format);
  EXPECT_EQ(record.value().id, "7");
  EXPECT_EQ(record.value().headers, (std::vector<Header>{{"order", "7"}}));
  EXPECT_EQ(ParseJsonLine(R"({"channel":"room","headers":{"order":"8"}})", format).value().id, "8");
  EXPECT_EQ(Error(R"({"channel":"room"})", format), "there is no header \"order\" to take the id from");
  EXPECT_NE(Error(R"({"channel":"room","order":"7","id":"7"})", format).find("there is an"),
            std::string::npos);
}

TEST(ParseJsonLine, TakesWhatTheLogGaveOnlyOfAnExport) {
  const std::string line = R"({"sequence":7,"time":"2004-12-25T00:05:00Z","channel":"c","text":"t"})";
  EXPECT_NE(Error(line).find("unknown field"), std::string::npos);
  const auto record = ParseJsonLine(line, {.exported = true});
  ASSERT_TRUE(record.ok()) << record.status().ToString();
  EXPECT_EQ(record->headers, std::vector<Header>());
  const auto with_time = ParseJsonLine(line, {.exported = true, .time_header = "was"});
  EXPECT_EQ(with_time->headers, (std::vector<Header>{{"was", "2004-12-25T00:05:00Z"}}));
  for (const char* wrong : {R"({"channel":"c","sequence":-1})", R"({"channel":"c","sequence":"7"})",
                            R"({"channel":"c","time":"noon"})", R"({"channel":"c","time":7})"}) {
    Error(wrong, {.exported = true});
  }
}

}  // namespace
}  // namespace replog::cli
