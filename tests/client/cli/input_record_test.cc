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
  EXPECT_EQ(Error(R"(["channel"])"), "not a JSON object");
  EXPECT_EQ(Error(R"({"text":"x"})"), "\"channel\" is missing");
}

TEST(ParseJsonLine, RefusesWhatIsNotJson) {
  EXPECT_TRUE(Error("{").starts_with("not JSON: "));
  EXPECT_TRUE(Error("").starts_with("not JSON: "));
  EXPECT_TRUE(Error("{\"channel\":\"\xff\"}").starts_with("not JSON: "));
  EXPECT_TRUE(Error(R"({"channel":"a"} {"channel":"b"})").starts_with("not JSON: "));
}

}  // namespace
}  // namespace replog::cli
