#pragma once

#include "server/http/routes.h"

namespace replog {

// GET of the logs that the caller may know of, all of them and one.
void AddLogRoutes(Routes& routes);

}  // namespace replog
