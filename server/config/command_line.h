#pragma once

#include <CLI/CLI.hpp>
#include <string>

#include "server/config/configuration.h"

namespace replog {

// What the command line gives.
struct CommandLine {
  GivenSettings flags;
  std::string config_file;  // --config or REPLOG_CONFIG; empty for none
};

// Adds --config and the flags of all settings, or of the one that `only` names, to a command. `line` must
// outlive it.
void AddSettingFlags(CLI::App& app, CommandLine& line, const std::string& only = "");

}  // namespace replog
