#include "server/http/api_server.h"

#include "server/http/append_routes.h"
#include "server/http/health_routes.h"
#include "server/http/log_routes.h"
#include "server/http/message_routes.h"
#include "server/http/openapi.h"
#include "server/http/routes.h"

namespace replog {
namespace {

constexpr size_t kMaxConnections = 20'000;

http::ServerOptions ToServerOptions(const ApiServer::Options& options) {
  http::ServerOptions server;
  server.listen = options.listen;
  server.max_sessions = kMaxConnections;
  server.tls = options.tls;
  return server;
}

}  // namespace

http::Router MakeApiRouter(ApiContext& context) {
  http::Router router;
  Routes routes(context, router);
  AddHealthRoutes(routes);
  AddLogRoutes(routes);
  AddAppendRoutes(routes);
  AddMessageRoutes(routes);
  AddOpenApiRoute(routes);
  return router;
}

ApiServer::ApiServer(LogService& service, AccessControl& access, const Options& options)
    : context_{service, access, options.metrics, options.calls}, server_(ToServerOptions(options)) {}

absl::StatusOr<std::unique_ptr<ApiServer>> ApiServer::Start(LogService& service, AccessControl& access,
                                                            const Options& options) {
  std::unique_ptr<ApiServer> self(new ApiServer(service, access, options));
  if (auto status = self->server_.Start(MakeApiRouter(self->context_)); !status.ok()) return status;
  return self;
}

void ApiServer::StopSoon() {
  context_.stopping = true;
  server_.StopSoon();
}

void ApiServer::Stop() {
  StopSoon();
  server_.Stop();
}

}  // namespace replog
