#include "server/http/openapi.h"

namespace replog {

void AddOpenApiRoute(Routes& routes) {
  routes.Add({http::Verb::get, "/openapi.json", Guard::kOpen, [](const Call&, const Reply& reply) {
                http::Response response;
                response.body = OpenApiDocument();
                reply(std::move(response));
              }});
}

}  // namespace replog
