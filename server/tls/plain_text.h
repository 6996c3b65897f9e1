#pragma once

#include <string>

#include "absl/status/status.h"

namespace replog {

// How a listener is protected.
struct Listening {
  std::string setting;  // the name of the listener's setting, for errors
  std::string address;  // host:port
  bool tls = false;
  bool insecure = false;  // the operator said that plain text is fine everywhere
};

// Refuses plain text on an address that others than this machine reach, unless it is asked for.
absl::Status CheckPlainText(const Listening& listening);

// Whether the listener is what CheckPlainText only allows because it was asked for.
bool IsExposed(const Listening& listening);

}  // namespace replog
