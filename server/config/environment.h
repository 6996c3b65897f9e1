#pragma once

#include <string>
#include <vector>

#include "server/config/given.h"
#include "server/config/setting.h"

namespace replog {

struct Environment {
  GivenSettings given;
  std::vector<std::string> warnings;  // of variables that look as if they were meant for replogd
};

// Takes the settings' variables out of `entries`, which are like those of environ ("REPLOG_DATA=/data"). A
// variable without a value counts as not set. Warnings name variables, never their values.
Environment ReadEnvironment(const std::vector<std::string>& entries, const std::vector<Setting>& settings);

// The environment of this process.
std::vector<std::string> EnvironmentEntries();

// Whether Kubernetes sets a variable of this name for a service, which may well be called replog:
// REPLOG_PORT, REPLOG_SERVICE_HOST, REPLOG_HEADLESS_PORT_50051_TCP_ADDR. No setting may have such a variable.
bool IsKubernetesVariable(const std::string& variable);

}  // namespace replog
