#include "server/console/console_file.h"

#include <gmock/gmock.h>

namespace replog {
namespace {

using ::testing::Contains;
using ::testing::HasSubstr;
using ::testing::Key;
using ::testing::Not;
using ::testing::Pair;

constexpr ConsoleFile kScript{"/assets/main-1.js", "text/javascript; charset=utf-8", "abc", "plain",
                              "zipped"};
constexpr ConsoleFile kPage{"/index.html", "text/html; charset=utf-8", "abc", "plain", ""};

http::Response Get(const ConsoleFile& file, const std::string& encodings = "", const std::string& tag = "") {
  http::Request request;
  if (!encodings.empty()) request.fields.set("Accept-Encoding", encodings);
  if (!tag.empty()) request.fields.set("If-None-Match", tag);
  return AnswerConsoleFile(file, request);
}

TEST(ConsoleFileTest, IsCompressedForWhoTakesThat) {
  for (const char* encodings : {"gzip", "br, GZIP;q=0.5", "deflate,gzip ; q=1", "gzip;q=0.10"}) {
    const auto response = Get(kScript, encodings);
    EXPECT_EQ(response.body, "zipped") << encodings;
    EXPECT_THAT(response.fields, Contains(Pair("Content-Encoding", "gzip")));
    EXPECT_THAT(response.fields, Contains(Pair("Vary", "Accept-Encoding")));
  }
  for (const char* encodings : {"", "br", "identity, xgzip", "gzip;q=0", "gzip; q=0.0", "gzip;q=0.000, br"}) {
    const auto response = Get(kScript, encodings);
    EXPECT_EQ(response.body, "plain") << encodings;
    EXPECT_THAT(response.fields, Not(Contains(Key("Content-Encoding"))));
    EXPECT_THAT(response.fields, Contains(Pair("Vary", "Accept-Encoding")));
  }
  EXPECT_EQ(Get(kPage, "gzip").body, "plain");  // it would not get smaller
}

TEST(ConsoleFileTest, HasNotChangedForWhoHasIt) {
  EXPECT_THAT(Get(kScript).fields, Contains(Pair("ETag", "\"abc\"")));
  EXPECT_THAT(Get(kScript, "gzip").fields, Contains(Pair("ETag", "\"abc-gzip\"")));
  for (const char* tag : {"\"abc\"", "\"x\", W/\"abc\"", "*"}) {
    const auto response = Get(kScript, "", tag);
    EXPECT_EQ(response.status, http::StatusCode::not_modified) << tag;
    EXPECT_EQ(response.body, "");
  }
  for (const char* tag : {"\"abc-gzip\"", "abc", "\"\""})
    EXPECT_EQ(Get(kScript, "", tag).status, http::StatusCode::ok) << tag;
}

TEST(ConsoleFileTest, OnlyWhatHasAHashInItsNameIsKeptWithoutAsking) {
  EXPECT_THAT(Get(kScript).fields, Contains(Pair("Cache-Control", HasSubstr("immutable"))));
  EXPECT_THAT(Get(kPage).fields, Contains(Pair("Cache-Control", "no-cache")));
}

TEST(ConsoleFileTest, PolicyLetsNothingRunThatStandsInThePage) {
  std::string policy;
  for (const auto& [name, value] : Get(kPage).fields) {
    if (name == "Content-Security-Policy") policy = value;
  }
  for (const char* part : {"default-src 'none'", "script-src 'self'", "style-src 'self'", "base-uri 'none'",
                           "form-action 'none'", "frame-ancestors 'none'"})
    EXPECT_THAT(policy, HasSubstr(part));
  for (const char* unsafe : {"unsafe-inline", "unsafe-eval", "*", "http:"})
    EXPECT_THAT(policy, Not(HasSubstr(unsafe)));
}

TEST(ConsoleFileTest, ProgramHasItsPage) {
  const ConsoleFile* page = FindConsoleFile("/index.html");
  ASSERT_NE(page, nullptr);
  EXPECT_THAT(std::string(page->plain), HasSubstr("<title>replog</title>"));
  EXPECT_EQ(FindConsoleFile("/index.htm"), nullptr);
}

TEST(ConsoleFileTest, PageHasNoScriptOrStyleOfItsOwn) {
  for (const ConsoleFile& file : ConsoleFiles()) {
    if (!file.path.ends_with(".html")) continue;
    const std::string page(file.plain);
    for (const char* inner : {"<style", " style=", " onclick=", " onload=", "javascript:"})
      EXPECT_THAT(page, Not(HasSubstr(inner))) << file.path;
    for (size_t at = page.find("<script"); at != std::string::npos; at = page.find("<script", at + 1))
      EXPECT_THAT(page.substr(at, page.find('>', at) - at), HasSubstr(" src=")) << file.path;
  }
}

}  // namespace
}  // namespace replog
