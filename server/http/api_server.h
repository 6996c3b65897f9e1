#pragma once

#include <memory>
#include <string>

#include "absl/status/statusor.h"
#include "base/http/server.h"
#include "server/http/api_context.h"

namespace replog {

// Every route of the API. `context` must outlive the router.
http::Router MakeApiRouter(ApiContext& context);

// The HTTP listener over one LogService. Start and Stop from one thread.
class ApiServer {
 public:
  struct Options {
    std::string listen = "127.0.0.1:8080";  // host:port, port 0 for a free one
    http::TlsProvider tls = {};             // empty: not encrypted
    const WebhookSet* webhooks = nullptr;   // null: none; must outlive the server
    std::function<std::string()> metrics = {};
    CallCounters* calls = nullptr;  // these as in ApiContext; must outlive the server
    AdminAudit audit = {};
    const History* history = nullptr;
    ServerFacts facts = {};
    size_t body_bytes = 64 << 20;  // bodies of requests in hand; of open routes a quarter of it, beside it
  };
  // `service` and `access` must outlive the server.
  static absl::StatusOr<std::unique_ptr<ApiServer>> Start(LogService& service, AccessControl& access,
                                                          const Options& options);
  ~ApiServer() { Stop(); }

  // host:port as it is served.
  const std::string& address() const { return server_.address(); }

  // Says that it is not ready, takes no more connections, and ends those that are open after the request in
  // hand.
  void StopSoon();
  // Waits for the requests in hand and ends. Event streams end with the service's readers: close these
  // before.
  void Stop();

 private:
  ApiServer(LogService& service, AccessControl& access, const Options& options);

  ApiContext context_;
  http::Server server_;
};

}  // namespace replog
