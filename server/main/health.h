#pragma once

#include <string>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "server/tls/tls_material.h"

namespace replog {

// Asks a server beside this process whether it serves: for the probes of what runs it.

// Where a server that listens on `listen` is reached from its own machine: on loopback when it listens on all
// addresses. INVALID_ARGUMENT for port 0, which is a port that only the server knows.
absl::StatusOr<std::string> HealthAddress(const std::string& listen);

enum class HealthGoal {
  kServing,  // it says SERVING
  kAlive,    // it answers, whatever it says
};

// OK when the server reaches `goal`; UNAVAILABLE, with why, when it does not or does not answer within four
// seconds. `tls` are the server's own files: where they are on it is asked over TLS, and shown its own
// certificate if it wants one. Its certificate is not checked: nothing secret is said, and what answers for
// the server on its own address is the server.
absl::Status AskHealth(const std::string& listen, const TlsFiles& tls, HealthGoal goal);

}  // namespace replog
