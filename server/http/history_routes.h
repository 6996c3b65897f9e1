#pragma once

#include "server/http/routes.h"

namespace replog {

// GET /v1/history: the last hour in columns, as far as the caller may know of it. `since`: only samples that
// ended after this, seconds since 1970.
void AddHistoryRoute(Routes& routes);

}  // namespace replog
