#pragma once

#include <string>
#include <vector>

#include "absl/status/statusor.h"
#include "server/config/given.h"

namespace replog {

// Reads the configuration file: YAML, one flat map from the settings' names to their values. A name without a
// value counts as not there. The error says file and line, and of a key that is not in `names` the nearest
// one that is.
absl::StatusOr<GivenSettings> ReadConfigFile(const std::string& path, const std::vector<std::string>& names);

// The same for what a file holds; `path` is for the errors only.
absl::StatusOr<GivenSettings> ParseConfig(const std::string& text, const std::string& path,
                                          const std::vector<std::string>& names);

}  // namespace replog
