#pragma once

#include "server/http/routes.h"

namespace replog {

// POST of records: a batch to a log, and one message to a channel.
void AddAppendRoutes(Routes& routes);

}  // namespace replog
