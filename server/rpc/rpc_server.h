#pragma once

#include <memory>
#include <string>

#include "absl/status/statusor.h"
#include "server/auth/access_control.h"
#include "server/auth/admin_audit.h"
#include "server/core/log_service.h"
#include "server/rpc/connections.h"
#include "server/rpc/tls_credentials.h"

namespace replog {

// The gRPC listener: the services, health and reflection over one LogService. Thread-safe.
class RpcServer {
 public:
  struct Options {
    std::string address;  // host:port, port 0 for a free one
    TlsSource tls;        // none: plain text
    bool reflection = true;
    AdminAudit audit;
    Connections::OnEnded on_ended;  // told of connections that abuse the transport; may be empty
  };
  // Serves. `service`, `access` and what the options refer to must outlive the server.
  static absl::StatusOr<std::unique_ptr<RpcServer>> Start(LogService& service, AccessControl& access,
                                                          Options options);
  ~RpcServer();

  // host:port as it is served.
  const std::string& address() const { return address_; }

  // Says NOT_SERVING, answers what was begun, ends every stream with a retry hint, and returns when all calls
  // are done or cut off after a second. Nothing acknowledged is lost, nothing unanswered was promised.
  void Stop();

 private:
  struct Services;
  class HealthTimer;
  RpcServer();

  LogService* service_ = nullptr;
  std::string address_;
  std::unique_ptr<Services> services_;
  std::shared_ptr<HealthTimer> health_;
};

}  // namespace replog
