#include "client/flags/connection_flags.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <fstream>

#include "tests/support/temp_directory.h"

namespace replog::client {
namespace {

using ::testing::ElementsAre;
using ::testing::HasSubstr;

ConnectionFlags To(std::vector<std::string> servers) {
  return {.servers = std::move(servers), .log = "default", .token_in_plain_text = true};
}

std::vector<std::string> EndpointsOf(std::vector<std::string> servers) {
  return OptionsOf(To(std::move(servers)))->endpoints;
}

TEST(ConnectionFlags, AHostAloneGetsThePortOfReplog) {
  EXPECT_THAT(EndpointsOf({"localhost", "a.example:1", "10.0.0.1"}),
              ElementsAre("localhost:50051", "a.example:1", "10.0.0.1:50051"));
  EXPECT_THAT(EndpointsOf({"[::1]", "::1", "[::1]:1"}), ElementsAre("[::1]:50051", "[::1]:50051", "[::1]:1"));
  EXPECT_THAT(EndpointsOf({"unix:/run/replog", "dns:///a.example:1"}),
              ElementsAre("unix:/run/replog", "dns:///a.example:1"));
}

TEST(ConnectionFlags, ATokenFileThatIsOfNoUseIsWrongUsage) {
  const replog::testing::TempDirectory scratch;
  ConnectionFlags flags = To({"localhost"});
  flags.token_file = scratch / "token";
  const auto refusal = [&] {
    const Status status = OptionsOf(flags).status();
    EXPECT_EQ(status.code(), StatusCode::kInvalidArgument);
    return status.message();
  };
  EXPECT_THAT(refusal(), HasSubstr("--token-file: token_file " + flags.token_file + ": No such file"));
  std::ofstream(flags.token_file) << "\n";
  EXPECT_THAT(refusal(), HasSubstr("is empty"));
  std::ofstream(flags.token_file) << "sécret\n";
  EXPECT_THAT(refusal(), ::testing::Not(HasSubstr("cret")));
  std::ofstream(flags.token_file) << "a-token-of-some-length\n";
  EXPECT_TRUE(OptionsOf(flags).ok());
}

}  // namespace
}  // namespace replog::client
