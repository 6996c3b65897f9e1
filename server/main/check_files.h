#pragma once

#include "absl/status/status.h"
#include "server/config/settings.h"

namespace replog {

// Reads and judges every file that the settings name, as a server does that starts with them. The error tells
// of all that are not good.
absl::Status CheckFiles(const ServerOptions& options);

}  // namespace replog
