#pragma once

#include "server/http/routes.h"

namespace replog {

// GET /v1/synced: has every gateway this token yet? The token comes in X-Auth-Token and is a key of the log
// under its SHA-256 in hex; it is neither stored nor logged. The node that wrote it, in X-Origin or
// X-Nginx-Origin, is not asked. X-Token-Status of the answer says Synced, PartiallySynced, NotSynced (also
// when nobody wrote the token) or Timeout.
void AddSyncedRoutes(Routes& routes);

}  // namespace replog
