#pragma once

#include <CLI/CLI.hpp>
#include <string>

namespace replog {

struct RestoreOptions {
  std::string from;  // the backup
  std::string data;  // the new data directory
  bool check = false;
};

// `replogd restore`, to be called when its command was parsed.
CLI::App* AddRestoreCommand(CLI::App& app, RestoreOptions& options);
// Makes a data directory of a backup, or with `check` only checks the backup. Returns the process's exit
// code: 0, or 1 with a message on standard error.
int Restore(const RestoreOptions& options);

}  // namespace replog
