#pragma once

#include "server/http/routes.h"

namespace replog {

// POST of questions to a log's nodes: /sync waits until they have a record (AwaitSync), /audit compares what
// they hold with the log's table (Audit). Both wait for at most 10 s, since a handler may not take longer.
void AddNodeRoutes(Routes& routes);

}  // namespace replog
