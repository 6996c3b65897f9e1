#pragma once

#include "server/config/command_line.h"
#include "server/main/health.h"

namespace replog {

// What replogd can do, with settings that have no problems. Each returns the process's exit code: 0, or 1
// with a message on standard error.

// Serves until SIGTERM or SIGINT. Prints "listening host:port" on standard output once it does, then "http
// host:port" when HTTP is on. `line` is what the configuration came from: SIGHUP reads it again.
int Serve(const CommandLine& line, const Configuration& configuration);

// Checks a data directory that no server has open. 1 also when problems were found; they go to standard
// output.
int VerifyOffline(const ServerOptions& options);

// What `replogd health` is told beside the server's settings.
struct HealthOptions {
  bool alive = false;  // ask only whether it answers at all
  HealthIdentity identity;
};

// Asks the server that runs with these options, on this machine, whether it serves.
int CheckHealth(const ServerOptions& options, const HealthOptions& health);

}  // namespace replog
