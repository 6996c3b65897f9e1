// The configuration file. What is accepted must come back the same from the description of what is in force.

#include "server/config/config_file.h"
#include "server/config/configuration.h"
#include "tests/fuzz/input.h"

using namespace replog;
using testing::Require;

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
  static const std::vector<std::string> names = SettingNames();
  const auto given = ParseConfig(std::string(testing::AsText(data, size)), "fuzz.yaml", names);
  if (!given.status.ok()) {
    Require(given.status.message().substr(0, 9) == "fuzz.yaml", "an error says which file");
    return 0;
  }
  const auto configuration = Usable(Resolve({.file = given.given}));
  if (!configuration.ok()) return 0;
  const auto described = ParseConfig(Describe(*configuration), "described", names);
  Require(described.status.ok(), "the description of a configuration is one");
  const auto again = Usable(Resolve({.file = described.given}));
  Require(again.ok(), "and is accepted");
  for (size_t i = 0; i < again->values.size(); ++i) {
    Require(again->values[i].text == configuration->values[i].text, "and gives the same values");
  }
  return 0;
}
