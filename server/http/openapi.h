#pragma once

#include <string_view>

#include "server/http/routes.h"

namespace replog {

// The OpenAPI document of all routes: openapi.json, as it stands beside this file.
std::string_view OpenApiDocument();

// /openapi.json.
void AddOpenApiRoute(Routes& routes);

}  // namespace replog
