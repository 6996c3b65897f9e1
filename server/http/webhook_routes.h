#pragma once

#include "server/http/routes.h"

namespace replog {

// POST /v1/webhooks/{name}: takes a signed delivery in as a record, once. A webhook's sender is known by its
// signature and by nothing else, so these routes ask for no token.
void AddWebhookRoutes(Routes& routes);

}  // namespace replog
