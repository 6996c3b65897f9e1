#pragma once

#include <string>
#include <vector>

#include "absl/status/status.h"
#include "server/config/given.h"

namespace replog {

// What a file gives, and the first thing that is wrong with its form: with file and line, and of a key that
// is not in the table of settings the nearest one that is. What is right is given also then, so that its
// values can be judged with the rest.
struct ConfigFile {
  GivenSettings given;
  absl::Status status;
};

// Reads the configuration file: YAML, one flat map from the settings' names to their values. A name without a
// value counts as not there.
ConfigFile ReadConfigFile(const std::string& path, const std::vector<std::string>& names);

// The same for what a file holds; `path` is for the errors only.
ConfigFile ParseConfig(const std::string& text, const std::string& path,
                       const std::vector<std::string>& names);

}  // namespace replog
