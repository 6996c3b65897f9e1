#include "server/http/api_server.h"

#include <algorithm>

#include "base/error.h"
#include "base/file_bound.h"
#include "server/core/refusal_counters.h"
#include "server/http/answers.h"
#include "server/http/append_routes.h"
#include "server/http/console_routes.h"
#include "server/http/health_routes.h"
#include "server/http/history_routes.h"
#include "server/http/log_routes.h"
#include "server/http/me_routes.h"
#include "server/http/message_routes.h"
#include "server/http/node_routes.h"
#include "server/http/openapi.h"
#include "server/http/routes.h"
#include "server/http/synced_routes.h"
#include "server/http/webhook_routes.h"

namespace replog {
namespace {

// For the memory that they take.
constexpr size_t kMaxConnections = 20'000;

// Connections may have the files below the bound, gRPC's and HTTP's together. HTTP leaves a seventh of them
// to gRPC: connections that ask for nothing it ends when it needs room, but only for others of its own.
size_t MaxConnections() { return std::min<size_t>(kMaxConnections, FileBound() / 7 * 6); }

// Unlike a full queue, which concerns one log, this is the server's own trouble: 503, not 429.
http::Response NoRoomForBody() {
  const absl::Status status =
      MakeError(Reason::kBusy,
                "body: those of other requests take up the memory that there is for them; nothing was done",
                {{"field", "body"}, {"limit", "http_body_bytes"}, {"fate", "rejected"}});
  Refusals(Transport::kHttp).Count(status);
  http::Response response = ErrorAnswer(status);
  response.status = http::StatusCode::service_unavailable;
  return response;
}

// Told as a call that was denied: it never came as far as one.
void TellOfHandshake(LogService& service, const std::string& address, const std::string& why) {
  const absl::Status status = MakeError(Reason::kUnauthenticated, why);
  CallObserver* observer = service.options().calls;
  if (observer != nullptr && observer->Wants(status.code(), 0))
    observer->OnEnded({{"", address}, "TLS handshake", status});
}

http::ServerOptions ToServerOptions(LogService& service, const ApiServer::Options& options) {
  http::ServerOptions server;
  server.listen = options.listen;
  server.max_sessions = MaxConnections();
  server.session.descriptor_bound = FileBound();
  server.session.on_handshake_failed = [&service](const std::string& address, const std::string& why) {
    TellOfHandshake(service, address, why);
  };
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
  AddSyncedRoutes(routes);
  AddWebhookRoutes(routes);
  AddNodeRoutes(routes);
  AddHistoryRoute(routes);
  AddMeRoute(routes);
  AddOpenApiRoute(routes);
  AddConsoleRoutes(routes);
  return router;
}

ApiServer::ApiServer(LogService& service, AccessControl& access, const Options& options)
    : context_{.service = service,
               .access = access,
               .webhooks = options.webhooks,
               .metrics = options.metrics,
               .calls = options.calls,
               .bodies = std::make_shared<http::BodyBudget>(options.body_bytes, NoRoomForBody),
               .open_bodies = std::make_shared<http::BodyBudget>(options.body_bytes / 4, NoRoomForBody),
               .notes = AdminNotes(options.audit),
               .history = options.history,
               .facts = options.facts},
      server_(ToServerOptions(service, options)) {}

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
