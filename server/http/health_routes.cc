#include "server/http/health_routes.h"

#include "server/core/system_log.h"

namespace replog {
namespace {

http::Response State(bool good, const std::string& state) {
  http::Response response;
  response.status = good ? http::StatusCode::ok : http::StatusCode::service_unavailable;
  response.body = "{\"status\": \"" + state + "\"}\n";
  return response;
}

http::Response Readiness(const ApiContext& context) {
  if (context.stopping) return State(false, "stopping");
  return context.service.healthy() ? State(true, "ready") : State(false, "recovering");
}

http::Response Metrics(const ApiContext& context) {
  http::Response response;
  response.content_type = "text/plain; version=0.0.4; charset=utf-8";
  if (context.metrics) response.body = context.metrics();
  return response;
}

}  // namespace

void AddHealthRoutes(Routes& routes) {
  ApiContext& context = routes.context();
  routes.Add({http::Verb::get, "/healthz", Guard::kOpen,
              [](const Call&, const Reply& reply) { reply(State(true, "alive")); }});
  routes.Add({http::Verb::get, "/readyz", Guard::kOpen,
              [&context](const Call&, const Reply& reply) { reply(Readiness(context)); }});
  // It names all logs and nodes, as that log does.
  routes.Add({http::Verb::get, "/metrics", Guard::kCaller, [&context](const Call& call, const Reply& reply) {
                const absl::Status may = call.caller->CheckLog(Access::kRead, kSystemLog);
                if (!may.ok()) return reply(may);
                reply(Metrics(context));
              }});
}

}  // namespace replog
