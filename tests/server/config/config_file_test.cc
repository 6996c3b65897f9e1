#include "server/config/config_file.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <fstream>

#include "tests/support/temp_directory.h"

namespace replog {
namespace {

using ::testing::HasSubstr;

const std::vector<std::string> kNames{"data", "log_level", "max_record_bytes"};

std::string Refusal(const std::string& text) {
  return std::string(ParseConfig(text, "replog.yaml", kNames).status.message());
}

TEST(ConfigFile, GivesItsValuesWithTheirLines) {
  const ConfigFile file =
      ParseConfig("# of the orders\ndata: /var/lib/replog\n\nlog_level: \"warn\"\n", "replog.yaml", kNames);
  ASSERT_TRUE(file.status.ok()) << file.status;
  ASSERT_EQ(file.given.size(), 2u);
  EXPECT_EQ(file.given.at("data").text, "/var/lib/replog");
  EXPECT_EQ(file.given.at("data").where, "replog.yaml:2");
  EXPECT_EQ(file.given.at("log_level").text, "warn");
  EXPECT_EQ(file.given.at("log_level").where, "replog.yaml:4");
}

TEST(ConfigFile, WithoutSettingsGivesNone) {
  for (const char* text : {"", "# nothing\n", "---\n", "{}", "data:"}) {
    const ConfigFile file = ParseConfig(text, "replog.yaml", kNames);
    ASSERT_TRUE(file.status.ok()) << text << file.status;
    EXPECT_TRUE(file.given.empty());
  }
}

TEST(ConfigFile, AnUnknownKeyIsNamedWithItsLineAndTheNearestKnownOne) {
  EXPECT_EQ(Refusal("data: x\nmax_record_size: 1\n"),
            "replog.yaml:2: there is no key `max_record_size`; did you mean `max_record_bytes`?");
  EXPECT_EQ(Refusal("loglevel: info"),
            "replog.yaml:1: there is no key `loglevel`; did you mean `log_level`?");
  EXPECT_EQ(Refusal("ZZZ: 1"), "replog.yaml:1: there is no key `ZZZ`");
  EXPECT_EQ(Refusal("config: other.yaml"),
            "replog.yaml:1: config: is a flag and a variable only; a file cannot name another");
}

TEST(ConfigFile, WhatIsRightIsGivenAlsoThen) {
  const ConfigFile file = ParseConfig("daat: x\nlog_level: loud\n", "replog.yaml", kNames);
  EXPECT_FALSE(file.status.ok());
  EXPECT_EQ(file.given.at("log_level").text, "loud");
}

TEST(ConfigFile, WhatIsNoFlatMapOfScalarsIsRefused) {
  EXPECT_EQ(Refusal("data: [a, b]"), "replog.yaml:1: data: is not plain text");
  EXPECT_EQ(Refusal("data:\n  path: x"), "replog.yaml:2: data: is not plain text");
  EXPECT_EQ(Refusal("data: a\ndata: b"), "replog.yaml:2: `data` is there twice");
  EXPECT_EQ(Refusal("- data"), "replog.yaml:1: is not a map");
  EXPECT_EQ(Refusal("data"), "replog.yaml:1: is not a map");
  EXPECT_EQ(Refusal("? [a]\n: b"), "replog.yaml:1: a key is not plain text");
  EXPECT_EQ(Refusal("data: a\n---\ndata: b"), "replog.yaml:2: a second document begins; there must be one");
}

TEST(ConfigFile, WhatIsNoYamlIsRefusedWithItsLine) {
  EXPECT_THAT(Refusal("data: x\nlog_level: \"unfinished"), HasSubstr("replog.yaml:2: "));
  EXPECT_THAT(Refusal("data: x\n\tlog_level: info\n"), HasSubstr("replog.yaml:"));
  EXPECT_NE(Refusal(std::string(100'000, '[')), "") << "nested deeper than a stack bears";
  EXPECT_NE(Refusal("data: *nobody"), "");
  EXPECT_THAT(Refusal(std::string((1 << 20) + 1, '#')), HasSubstr("larger than 1048576 bytes"));
}

TEST(ConfigFile, AFileThatCannotBeReadIsSaidSo) {
  const testing::TempDirectory files;
  const auto why = [](const std::string& path) {
    return std::string(ReadConfigFile(path, kNames).status.message());
  };
  EXPECT_EQ(why(files / "missing"), files / "missing: cannot be read: No such file or directory");
  EXPECT_EQ(why(files.path()), files.path() + ": cannot be read: Is a directory");
  std::ofstream(files / "good") << "data: x";
  EXPECT_EQ(why(files / "good"), "");
}

}  // namespace
}  // namespace replog
