#pragma once

#include <string>
#include <vector>

#include "client/cli/session.h"
#include "client/lease.h"

namespace replog::cli {

// Acquires a lease, runs a command while it is held, and gives it back. The command is the leader of a
// process group of its own and finds the token in REPLOG_LEASE. When the lease is lost, or on Ctrl-C, the
// group gets SIGTERM; if the command still runs when the margin is over, before the server may give the lease
// to another, SIGKILL.
//
// The exit code is the command's; 128 and the signal that ended it; kFailed when the lease could not be had
// or was lost. Must be called before other threads are started.
ExitCode RunWhileHeld(const Session& session, client::LeaseOptions options, std::vector<std::string> command);

}  // namespace replog::cli
