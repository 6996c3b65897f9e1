#pragma once

#include "server/config/command_line.h"

namespace replog {

// What replogd can do. Each returns the process's exit code: 0, or 1 with a message on standard error.

// Serves until SIGTERM or SIGINT. Prints "listening host:port" on standard output once it does, then "http
// host:port" when HTTP is on. `line` is what the configuration came from: SIGHUP reads it again.
int Serve(const CommandLine& line, const Configuration& configuration);

// Checks a data directory that no server has open. 1 also when problems were found; they go to standard
// output.
int VerifyOffline(const ServerOptions& options);

// Asks the server that runs with these options, on this machine, whether it serves; `alive`: whether it
// answers at all.
int CheckHealth(const ServerOptions& options, bool alive);

}  // namespace replog
