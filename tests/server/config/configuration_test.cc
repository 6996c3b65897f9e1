#include "server/config/configuration.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <fstream>

#include "absl/strings/str_split.h"
#include "server/config/command_line.h"
#include "server/config/config_file.h"
#include "server/config/environment.h"
#include "tests/support/temp_directory.h"

namespace replog {
namespace {

using ::testing::HasSubstr;

// Two values of each setting, neither of them its default, as text that comes back the same.
struct Samples {
  std::string one;
  std::string other;
};

class PrecedenceTest : public ::testing::Test {
 protected:
  PrecedenceTest() {
    std::ofstream(files_ / "one") << "1";
    std::ofstream(files_ / "other") << "2";
  }

  Samples SamplesOf(const Setting& setting) const {
    if (setting.kind == "FILE" || setting.kind == "PATH") return {files_ / "one", files_ / "other"};
    if (setting.kind == "HOST:PORT") return {"localhost:1", "[::1]:65535"};
    const char* between = setting.kind == "CHOICE" ? ", " : setting.kind == "BOOL" ? " or " : " to ";
    const std::vector<std::string> values = absl::StrSplit(setting.accepts, between);
    return {values.front(), values.back()};
  }

  // What is in force of `name` when the three places give these; empty for a place that does not.
  Configuration::Value InForce(const Setting& setting, const std::string& flag, const std::string& variable,
                               const std::string& file) {
    CLI::App app;
    CommandLine line;
    AddSettingFlags(app, line);
    app.parse(flag.empty() ? "" : setting.Flag() + " " + flag);
    std::ofstream(files_ / "replog.yaml") << (file.empty() ? "" : setting.name + ": \"" + file + "\"\n");
    const ConfigFile read = ReadConfigFile(files_ / "replog.yaml", SettingNames());
    EXPECT_TRUE(read.status.ok()) << read.status;
    const auto environment = ReadEnvironment({setting.Variable() + "=" + variable}, SettingsOf(defaults_));
    const auto configuration =
        Usable(Resolve({.flags = line.flags, .environment = environment.given, .file = read.given}));
    if (!configuration.ok()) {
      ADD_FAILURE() << configuration.status();
      return {};
    }
    for (const Configuration::Value& value : configuration->values) {
      if (value.name == setting.name) return value;
    }
    return {};
  }

  const testing::TempDirectory files_;
  ServerOptions defaults_;
};

TEST_F(PrecedenceTest, OfEverySettingAFlagBeatsTheEnvironmentBeatsTheFileBeatsTheDefault) {
  for (const Setting& setting : SettingsOf(defaults_)) {
    SCOPED_TRACE(setting.name);
    const auto [one, other] = SamplesOf(setting);
    const auto expect = [&](const Configuration::Value& value, const std::string& text,
                            const std::string& from) {
      EXPECT_EQ(value.text, text);
      EXPECT_EQ(value.from, from);
    };
    expect(InForce(setting, "", "", ""), setting.show(), "default");
    expect(InForce(setting, "", "", one), one, files_ / "replog.yaml:1");
    expect(InForce(setting, "", "", other), other, files_ / "replog.yaml:1");
    expect(InForce(setting, "", one, other), one, setting.Variable());
    expect(InForce(setting, one, other, other), one, setting.Flag());
    expect(InForce(setting, other, one, one), other, setting.Flag());
  }
}

TEST(Configuration, EverySettingHasAFieldOfItsOwn) {
  ServerOptions options;
  const std::vector<Setting> settings = SettingsOf(options);
  for (const Setting& changed : settings) {
    if (changed.kind != "BYTES" && changed.kind != "DURATION" && changed.kind != "COUNT") continue;
    std::vector<std::string> before;
    for (const Setting& setting : settings) before.push_back(setting.show());
    const std::string high = std::vector<std::string>(absl::StrSplit(changed.accepts, " to ")).back();
    ASSERT_TRUE(changed.set(high).ok()) << changed.name;
    for (size_t i = 0; i < settings.size(); ++i) {
      const bool same = settings[i].show() == before[i];
      EXPECT_EQ(same, settings[i].name != changed.name || before[i] == high)
          << changed.name << settings[i].name;
    }
  }
}

TEST(Configuration, TellsAllThatIsWrongAndWhereItWasGiven) {
  const auto refused = Usable(Resolve({.flags = {{"max_record_bytes", {"4MiB", "--max-record-bytes"}}},
                                       .environment = {{"log_level", {"loud", "REPLOG_LOG_LEVEL"}}},
                                       .file = {{"data", {"", "replog.yaml:3"}}}}));
  ASSERT_FALSE(refused.ok());
  const std::string why(refused.status().message());
  EXPECT_THAT(why, HasSubstr(R"(max_record_bytes (--max-record-bytes): "4MiB" is not within 1KiB to 3MiB)"));
  EXPECT_THAT(why,
              HasSubstr(R"(log_level (REPLOG_LOG_LEVEL): "loud" is none of debug, info, warn, error, off)"));
  EXPECT_THAT(why, HasSubstr(R"(data (replog.yaml:3): "" is not a path)"));
}

TEST(Configuration, WhatDoesNotGoTogetherIsRefused) {
  const auto why = [](const GivenSettings& flags) {
    return std::string(Usable(Resolve({.flags = flags})).status().message());
  };
  EXPECT_THAT(why({{"listen", {"127.0.0.1:9", ""}}, {"http_listen", {"127.0.0.1:9", ""}}}),
              HasSubstr("listen and http_listen are both 127.0.0.1:9"));
  EXPECT_EQ(why({{"listen", {"127.0.0.1:0", ""}}, {"http_listen", {"127.0.0.1:0", ""}}}), "");
}

TEST(Configuration, AReloadTakesOverWhatNeedsNoRestart) {
  const auto before = Usable(Resolve({.file = {{"log_level", {"info", "f:1"}}, {"data", {"/a", "f:2"}}}}));
  const auto after = Usable(Resolve({.file = {{"log_level", {"debug", "f:1"}}, {"data", {"/b", "f:2"}}}}));
  ASSERT_TRUE(before.ok() && after.ok());
  const Configuration next = TakeOver(*after, *before);
  EXPECT_EQ(next.options.log_level, "debug");
  EXPECT_EQ(next.options.store.directory, "/a");
  for (const Configuration::Value& value : next.values) {
    if (value.name == "log_level") EXPECT_EQ(value.text, "debug");
    if (value.name == "data") EXPECT_EQ(value.text, "/a");
  }
}

TEST(Configuration, ItsDescriptionIsAFileThatGivesTheSame) {
  const Places places{
      .flags = {{"data", {"/some where: #x", "--data"}}, {"max_headers", {"7", "--max-headers"}}}};
  const auto configuration = Usable(Resolve(places));
  ASSERT_TRUE(configuration.ok());
  const auto again = ParseConfig(Describe(*configuration), "described", SettingNames());
  ASSERT_TRUE(again.status.ok()) << again.status;
  const auto resolved = Usable(Resolve({.file = again.given}));
  ASSERT_TRUE(resolved.ok()) << resolved.status();
  for (size_t i = 0; i < resolved->values.size(); ++i) {
    EXPECT_EQ(resolved->values[i].text, configuration->values[i].text) << resolved->values[i].name;
  }
}

}  // namespace
}  // namespace replog
