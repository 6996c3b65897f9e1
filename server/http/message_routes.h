#pragma once

#include "server/http/routes.h"

namespace replog {

// GET of messages, of a channel or of a whole log: a page of them, or as they come. And of a channel's table.
void AddMessageRoutes(Routes& routes);

}  // namespace replog
