#pragma once

#include "server/http/routes.h"

namespace replog {

// GET of what there is, as far as the caller may know of it: logs, one log, its channels, its nodes; leases.
void AddLogRoutes(Routes& routes);

}  // namespace replog
