#pragma once

#include <vector>

#include "absl/status/status.h"
#include "server/config/configuration.h"
#include "server/tls/plain_text.h"

namespace replog {

// What these settings listen on.
std::vector<Listening> ListenersOf(const ServerOptions& options);

// INVALID_FIELD, naming each, when some would serve plain text where that has to be asked for.
absl::Status CheckListeners(const ServerOptions& options);

// Says loud which of them do, because it was asked for; and that TLS alone keeps nobody out.
void WarnOfListeners(const ServerOptions& options);

}  // namespace replog
