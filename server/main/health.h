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

// PEM files of what is shown to a server that demands a certificate; empty: the server's own are.
struct HealthIdentity {
  std::string certificate;
  std::string key;
};

enum class HealthGoal {
  kServing,  // it says SERVING
  kAlive,    // it answers, whatever it says
};

// OK when the server reaches `goal`; UNAVAILABLE, with why, when it does not or does not answer within four
// seconds. `tls` are the server's own files: where they are on it is asked over TLS. Its certificate is not
// checked: nothing secret is said, and what answers for the server on its own address is the server.
// INVALID_FIELD, naming the file, when the server demands a certificate and there is none to show: many
// authorities make those of servers good for servers only.
absl::Status AskHealth(const std::string& listen, const TlsFiles& tls, const HealthIdentity& identity,
                       HealthGoal goal);

}  // namespace replog
