#include "client/cli/record_format.h"

#include <gtest/gtest.h>

#include <nlohmann/json.hpp>

#include "client/cli/input_record.h"

namespace replog::cli {
namespace {

using client::BodyKind;
using client::Record;

Record MakeRecord(BodyKind kind, std::string body) {
  Record record;
  record.sequence = 12;
  record.time = client::Time(std::chrono::microseconds(1'103'933'100'500'000));
  record.channel = "room";
  record.body_kind = kind;
  record.body = std::move(body);
  return record;
}

TEST(AppendJson, HasTheDocumentedForm) {
  Record record = MakeRecord(BodyKind::kText, "hi");
  record.headers = {{"user", "ada"}};
  std::string line;
  AppendJson(line, record);
  EXPECT_EQ(
      line,
      R"({"sequence":12,"time":"2004-12-25T00:05:00.5Z","channel":"room","text":"hi","headers":{"user":"ada"}})"
      "\n");
}

TEST(AppendJson, ShowsWhatIsOfAKey) {
  Record record = MakeRecord(BodyKind::kNone, "");
  record.key = "k";
  record.version = 7;
  record.expires = client::Time(std::chrono::microseconds(1'103'933'160'000'000));
  std::string line;
  AppendJson(line, record);
  EXPECT_EQ(line, R"({"sequence":12,"time":"2004-12-25T00:05:00.5Z","channel":"room","key":"k","version":7,)"
                  R"("expires":"2004-12-25T00:06:00Z"})"
                  "\n");
  line.clear();
  AppendHuman(line, record);
  EXPECT_EQ(line, "12  2004-12-25T00:05:00.5Z  room/k    version 7  expires 2004-12-25T00:06:00Z\n");
}

TEST(AppendJson, KeepsTextAndHeadersByteForByte) {
  std::string every_byte;
  for (int c = 0; c < 128; ++c) every_byte += static_cast<char>(c);
  every_byte += "\xc2\x85\xe2\x80\xa8\xf0\x9f\x98\x80\xef\xbf\xbf";
  Record record = MakeRecord(BodyKind::kText, every_byte);
  record.headers = {{every_byte, every_byte}};
  std::string line;
  AppendJson(line, record);
  EXPECT_EQ(line.find('\n'), line.size() - 1);
  const auto parsed = ParseJsonLine(line, {{"time"}, ""});
  EXPECT_FALSE(parsed.ok());  // "sequence" is the server's
  const auto json = nlohmann::json::parse(line);
  EXPECT_EQ(json["text"], every_byte);
  EXPECT_EQ(json["headers"][every_byte], every_byte);
}

TEST(AppendJson, WritesAPayloadAsBase64AndNoBodyAsNothing) {
  std::string line;
  AppendJson(line, MakeRecord(BodyKind::kPayload, std::string("\0\xff", 2)));
  EXPECT_EQ(nlohmann::json::parse(line)["payload"], "AP8=");
  line.clear();
  AppendJson(line, MakeRecord(BodyKind::kNone, ""));
  EXPECT_FALSE(nlohmann::json::parse(line).contains("text"));
}

TEST(AppendHuman, EscapesWhatCouldSteerATerminal) {
  std::string line;
  AppendHuman(line, MakeRecord(BodyKind::kText, "a\x1b[31m\n\xc2\x9b\xc3\xa9"));
  EXPECT_EQ(line, "12  2004-12-25T00:05:00.5Z  room  a\\x1b[31m\\n\\x9b\xc3\xa9\n");
}

}  // namespace
}  // namespace replog::cli
