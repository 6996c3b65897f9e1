#include "server/config/setting.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace replog {
namespace {

using ::testing::HasSubstr;

std::string Refusal(const Setting& setting, const std::string& text) {
  return std::string(setting.set(text).message());
}

TEST(SettingTest, HasItsFlagAndItsVariableFromItsName) {
  size_t value = 0;
  const Setting setting = BytesSetting("max_record_bytes", value, 0, 1, "");
  EXPECT_EQ(setting.Flag(), "--max-record-bytes");
  EXPECT_EQ(setting.Variable(), "REPLOG_MAX_RECORD_BYTES");
}

TEST(SettingTest, TakesBytesWithAndWithoutAUnit) {
  size_t value = 0;
  const Setting setting = BytesSetting("size", value, 1 << 10, 1ull << 40, "");
  EXPECT_EQ(setting.accepts, "1KiB to 1TiB");
  for (const auto& [text, bytes] : std::vector<std::pair<std::string, size_t>>{
           {"1024", 1024}, {"1KiB", 1024}, {"3 MiB", 3 << 20}, {"0005MiB", 5 << 20}, {"1TiB", 1ull << 40}}) {
    EXPECT_TRUE(setting.set(text).ok()) << text;
    EXPECT_EQ(value, bytes) << text;
  }
  EXPECT_TRUE(setting.set("1536KiB").ok());
  EXPECT_EQ(setting.show(), "1536KiB");
}

TEST(SettingTest, RefusesWhatIsNoNumberOfBytesAndKeepsItsValue) {
  size_t value = 7;
  const Setting setting = BytesSetting("size", value, 1, 1 << 20, "");
  EXPECT_EQ(Refusal(setting, "0"), "\"0\" is not within 1 to 1MiB");
  EXPECT_EQ(Refusal(setting, "2MiB"), "\"2MiB\" is not within 1 to 1MiB");
  for (const char* text : {"", "-1", "MiB", "ten", " 1"}) {
    EXPECT_THAT(Refusal(setting, text), HasSubstr("whole number")) << text;
  }
  for (const char* text : {"1.5", "0x10", "1 2"}) {
    EXPECT_THAT(Refusal(setting, text), HasSubstr("unknown unit")) << text;
  }
  EXPECT_EQ(Refusal(setting, "1MB"), "\"1MB\" has an unknown unit; there are KiB, MiB, GiB, TiB");
  EXPECT_THAT(Refusal(setting, "99999999999999999999"), HasSubstr("too large"));
  EXPECT_THAT(Refusal(setting, "18446744073709551615TiB"), HasSubstr("too large"));
  EXPECT_EQ(value, 7u);
}

TEST(SettingTest, ADurationNeedsItsUnit) {
  int64_t us = 0;
  const Setting setting = DurationSetting("wait", us, 1'000, 86'400'000'000, "");
  EXPECT_EQ(setting.accepts, "1ms to 1d");
  EXPECT_TRUE(setting.set("90s").ok());
  EXPECT_EQ(us, 90'000'000);
  EXPECT_EQ(setting.show(), "90s");
  EXPECT_EQ(Refusal(setting, "90"), "\"90\" has no unit; there are ms, s, m, h, d");
  EXPECT_EQ(Refusal(setting, "2d"), "\"2d\" is not within 1ms to 1d");
}

TEST(SettingTest, OtherKindsRefuseWhatTheyDoNotKnow) {
  std::string text = "before";
  bool on = false;
  size_t count = 0;
  EXPECT_EQ(Refusal(ChoiceSetting("x", text, {"a", "b"}, ""), "c"), "\"c\" is none of a, b");
  EXPECT_EQ(Refusal(SwitchSetting("x", on, ""), "perhaps"), "\"perhaps\" is not true or false");
  EXPECT_EQ(Refusal(CountSetting("x", count, 0, 9, ""), "1KiB"), "\"1KiB\" is not a whole number");
  const Setting address = AddressSetting("x", text, {"none"}, "");
  for (const char* wrong : {"", "localhost", ":1", "host:", "host:65536", "host:http", "nine"}) {
    EXPECT_THAT(Refusal(address, wrong), HasSubstr("is not none or host:port")) << wrong;
  }
  EXPECT_THAT(Refusal(FileSetting("x", text, ""), "/missing"), HasSubstr("No such file"));
  EXPECT_EQ(text, "before");
}

}  // namespace
}  // namespace replog
