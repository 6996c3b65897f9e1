#pragma once

#include "server/http/routes.h"

namespace replog {

// GET /v1/me: who calls, what it is granted, and the server that says so.
void AddMeRoute(Routes& routes);

}  // namespace replog
