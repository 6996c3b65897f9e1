#include "server/logging/line.h"

#include <gtest/gtest.h>

namespace replog {
namespace {

constexpr int64_t kTime = 1'700'000'000'123'456;

std::string Text(std::string_view payload) { return FormatLine(LogFormat::kText, kTime, "info", payload); }
nlohmann::json Json(std::string_view payload) {
  const std::string line = FormatLine(LogFormat::kJson, kTime, "info", payload);
  EXPECT_EQ(line.find('\n'), line.size() - 1) << line;
  return nlohmann::json::parse(line);
}

TEST(LogLine, IsTextWithItsFieldsBehindIt) {
  const std::string payload =
      WithFields("slow append", {{"log", "default"}, {"us", 512}, {"peer", "ipv4:1 2"}});
  EXPECT_EQ(Text("hello"), "2023-11-14T22:13:20.123456Z info hello\n");
  EXPECT_EQ(Text(payload),
            "2023-11-14T22:13:20.123456Z info slow append log=default us=512 peer=\"ipv4:1 2\"\n");
}

TEST(LogLine, IsOneJsonObjectInOrder) {
  EXPECT_EQ(FormatLine(LogFormat::kJson, kTime, "warn", WithFields("x", {{"b", 1}, {"a", "q\"uote"}})),
            "{\"time\":\"2023-11-14T22:13:20.123456Z\",\"level\":\"warn\",\"message\":\"x\",\"b\":1,\"a\":"
            "\"q\\\"uote\"}\n");
}

TEST(LogLine, CannotBeMadeTwoOrForgedByWhatItTells) {
  const std::string evil = "a\nb\r\x1b[2J \x7f \"level\":\"error\"";
  EXPECT_EQ(Json(evil)["message"], evil);
  EXPECT_EQ(Text(evil).find('\n'), Text(evil).size() - 1);
  EXPECT_EQ(Text(evil).find('\x1b'), std::string::npos);
  EXPECT_EQ(Text(WithFields("x", {{"id", "1 level=error"}})),
            "2023-11-14T22:13:20.123456Z info x id=\"1 level=error\"\n");
  EXPECT_EQ(Json(WithFields("x", {{"level", "error"}, {"time", 0}}))["level"], "info");
  EXPECT_EQ(Json("x\x1fnot JSON")["message"], "x\x1fnot JSON");
}

TEST(LogLine, IsValidJsonAlsoOfWhatIsNotUtf8) {
  EXPECT_EQ(Json("a\xff")["message"], "a\uFFFD");
  EXPECT_EQ(Json(WithFields("x", {{"f", "\xc3"}}))["f"], "\uFFFD");
  EXPECT_NE(Text(std::string("a\xff\n")), "");
}

}  // namespace
}  // namespace replog
