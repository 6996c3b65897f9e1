#pragma once

#include <string>
#include <vector>

#include "server/config/command_line.h"
#include "server/config/configuration.h"

namespace replog {

// Puts command line, environment and file together.
Configuration Configure(const CommandLine& line);

// Its problems, and what else a server that starts with it would refuse: what it would listen on, and what is
// in the files that it names.
std::vector<std::string> ProblemsOfServing(const Configuration& configuration);

// Each prints and returns the process's exit code: 2 for what is wrong, else 0.
int WrongUsage(const std::vector<std::string>& problems);
int PrintConfiguration(const Configuration& configuration);
int PrintSettings();

}  // namespace replog
