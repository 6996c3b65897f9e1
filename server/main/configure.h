#pragma once

#include "server/config/command_line.h"

namespace replog {

// Puts command line, environment and file together.
absl::StatusOr<Configuration> Configure(const CommandLine& line);

// Each prints and returns the process's exit code: 2 for what is wrong, else 0.
int WrongUsage(const absl::Status& why);
// Looks into the files that it names, too.
int CheckConfiguration(const Configuration& configuration);
int PrintSettings();

}  // namespace replog
