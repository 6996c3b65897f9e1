#include "server/core/names.h"

#include <gtest/gtest.h>

#include "tests/server/core/records.h"

namespace replog {
namespace {

using testing::MetadataValue;
using testing::ReasonText;

std::string Channel(std::string_view name) { return ReasonText(CheckChannelName(name, "channel", Limits())); }
std::string Pattern(std::string_view name) {
  return ReasonText(CheckChannelPattern(name, "channels[0]", Limits()));
}
std::string LogName(std::string_view name) { return ReasonText(CheckLogName(name)); }

TEST(ChannelName, MayBeAnyTextUpToTheLimit) {
  EXPECT_EQ(Channel("c"), "OK");
  EXPECT_EQ(Channel("räume/größte ☃ 𝄞 -_.:,;"), "OK");
  EXPECT_EQ(Channel(std::string(512, 'c')), "OK");
  EXPECT_EQ(Channel("\xc2\xa0"), "OK") << "U+00A0, the first after the control characters";
}

TEST(ChannelName, NamesTheLimitAndTheValueWhenItIsTooLong) {
  const auto status = CheckChannelName(std::string(513, 'c'), "records[3].channel", Limits());
  EXPECT_EQ(ReasonText(status), "INVALID_FIELD");
  EXPECT_EQ(MetadataValue(status, "field"), "records[3].channel");
  EXPECT_EQ(MetadataValue(status, "limit"), "512");
  EXPECT_EQ(MetadataValue(status, "value"), "513");
}

TEST(ChannelName, IsRefusedWhenEmptyNotUtf8OrWithForbiddenCharacters) {
  for (const std::string& name :
       {std::string(), std::string("\xff"), std::string("a\xc3"), std::string("a\nb"), std::string("a\0b", 3),
        std::string("\x7f"), std::string("\xc2\x80"), std::string("\xc2\x9f"), std::string("a*"),
        std::string("*")}) {
    EXPECT_EQ(Channel(name), "INVALID_FIELD") << ::testing::PrintToString(name);
  }
}

TEST(ChannelPattern, IsANameOrAPrefixAndAStar) {
  for (const char* pattern : {"a", "a*", "*", "räume/*"}) EXPECT_EQ(Pattern(pattern), "OK") << pattern;
  EXPECT_EQ(Pattern(std::string(512, 'c') + "*"), "OK");
  for (const char* pattern : {"", "a*b", "*a", "a**", "a\nb*", "\xff*"}) {
    EXPECT_EQ(Pattern(pattern), "INVALID_FIELD") << pattern;
  }
  EXPECT_EQ(Pattern(std::string(513, 'c') + "*"), "INVALID_FIELD");
}

TEST(LogNameRule, TakesLettersDigitsDotsUnderscoresAndDashes) {
  for (const char* name : {"a", "A-z_0.9", "default", "a_", "9"}) EXPECT_EQ(LogName(name), "OK") << name;
  EXPECT_EQ(LogName(std::string(128, 'a')), "OK");
}

TEST(LogNameRule, RefusesEverythingElse) {
  for (const char* name : {"", ".hidden", "..", "a/b", "a b", "ä", "a*", "\xff", "a\n"}) {
    EXPECT_EQ(LogName(name), "INVALID_FIELD") << name;
  }
  EXPECT_EQ(LogName(std::string(129, 'a')), "INVALID_FIELD");
}

TEST(LogNameRule, KeepsTheUnderscoreForTheProduct) { EXPECT_EQ(LogName("_system"), "LOG_PROTECTED"); }

TEST(LogNameRule, TakesTheEmptyNameOfARequestAsDefault) {
  EXPECT_EQ(LogNameOrDefault(""), "default");
  EXPECT_EQ(LogNameOrDefault("chat"), "chat");
}

}  // namespace
}  // namespace replog
