#include "server/config/environment.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "server/config/settings.h"

namespace replog {
namespace {

using ::testing::ElementsAre;
using ::testing::IsEmpty;

class EnvironmentTest : public ::testing::Test {
 protected:
  Environment Read(const std::vector<std::string>& entries) {
    return ReadEnvironment(entries, SettingsOf(options_));
  }
  ServerOptions options_;
};

TEST_F(EnvironmentTest, GivesItsValuesAndLeavesWhatIsNotMeantForReplog) {
  const Environment environment =
      Read({"HOME=/root", "REPLOG_DATA=/data=1", "REPLOG_LOG_LEVEL=", "REPLOGD=x", "no equals"});
  ASSERT_EQ(environment.given.size(), 1u);
  EXPECT_EQ(environment.given.at("data").text, "/data=1");
  EXPECT_EQ(environment.given.at("data").where, "REPLOG_DATA");
  EXPECT_THAT(environment.warnings, IsEmpty());
}

TEST_F(EnvironmentTest, WarnsOfAVariableThatIsNoSettingAndNeverOfItsValue) {
  EXPECT_THAT(
      Read({"REPLOG_MAX_RECORD_SIZE=secret"}).warnings,
      ElementsAre("environment variable REPLOG_MAX_RECORD_SIZE is not a setting of replogd; did you mean "
                  "REPLOG_MAX_RECORD_BYTES?"));
}

TEST_F(EnvironmentTest, WhatKubernetesSetsForAServiceNamedReplogIsLeftAlone) {
  const Environment environment = Read({
      "REPLOG_SERVICE_HOST=10.0.0.1",
      "REPLOG_SERVICE_PORT=50051",
      "REPLOG_SERVICE_PORT_GRPC=50051",
      "REPLOG_PORT=tcp://10.0.0.1:50051",
      "REPLOG_PORT_50051_TCP=tcp://10.0.0.1:50051",
      "REPLOG_PORT_50051_TCP_PROTO=tcp",
      "REPLOG_PORT_50051_TCP_PORT=50051",
      "REPLOG_PORT_50051_TCP_ADDR=10.0.0.1",
      "REPLOG_HEADLESS_SERVICE_HOST=10.0.0.2",
      "REPLOG_CHAT_SERVER_PORT_8080_TCP_ADDR=10.0.0.3",
  });
  EXPECT_THAT(environment.given, IsEmpty());
  EXPECT_THAT(environment.warnings, IsEmpty());
}

TEST_F(EnvironmentTest, NoSettingHasAVariableThatKubernetesMaySet) {
  for (const Setting& setting : SettingsOf(options_)) EXPECT_FALSE(IsKubernetesVariable(setting.Variable()));
  EXPECT_FALSE(IsKubernetesVariable("REPLOG_PORT_" + std::string(100'000, '1')));
}

}  // namespace
}  // namespace replog
