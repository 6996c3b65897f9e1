#pragma once

#include <string>
#include <vector>

#include "absl/status/statusor.h"
#include "server/config/given.h"
#include "server/config/settings.h"

namespace replog {

// The three places where settings are given, the strongest first.
struct Places {
  GivenSettings flags;
  GivenSettings environment;
  GivenSettings file;
};

// What is in force, and for each setting, in the table's order, where its value comes from.
struct Configuration {
  struct Value {
    std::string name;
    std::string text;
    std::string from;  // "default", or Given::where
    Reload reload = Reload::kRestart;
  };
  ServerOptions options;
  std::vector<Value> values;
  std::vector<std::string> warnings;  // see Environment
  // Everything that is wrong, a line each; what is concerned has its default. Then nothing of it is used.
  std::vector<std::string> problems;
};

// Puts the places together: a flag beats the environment, which beats the file, which beats the default.
Configuration Resolve(const Places& places);

// The configuration, or its problems as an error.
absl::StatusOr<Configuration> Usable(Configuration configuration);

// What `before` becomes by a reload of `after`: what needs a restart stays as it was.
Configuration TakeOver(const Configuration& after, const Configuration& before);

// The whole configuration as a file that could be given with --config, with where each value comes from.
std::string Describe(const Configuration& configuration);

// The names of all settings, in the table's order.
std::vector<std::string> SettingNames();

}  // namespace replog
