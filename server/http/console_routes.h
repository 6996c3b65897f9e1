#pragma once

#include "server/http/routes.h"

namespace replog {

// The console: `/` and the files that it loads. Open, because a browser asks for a page without a token, and
// because there is nothing in it: all that it shows it asks for over /v1, with the token of who looks.
void AddConsoleRoutes(Routes& routes);

}  // namespace replog
