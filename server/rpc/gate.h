#pragma once

#include <grpcpp/server_context.h>
#include <grpcpp/support/byte_buffer.h>

#include <functional>
#include <memory>
#include <string>
#include <utility>

#include "absl/status/statusor.h"
#include "server/api/grants_needed.h"
#include "server/auth/access_control.h"
#include "server/auth/admin_audit.h"
#include "server/core/names.h"
#include "server/rpc/buffers.h"
#include "server/rpc/connections.h"
#include "server/rpc/method_rules.h"

namespace replog {

// A request whose caller may make it; only Gate gives one, so whoever has it cannot have forgotten to ask.
template <typename Request>
struct Granted {
  Caller caller;
  std::string peer;  // the caller's address
  Request request;
};

// Where every call comes in: who calls, may it use the method, is it within its limits, and may it ask this
// of the server. Thread-safe.
class Gate {
 public:
  // `access` and `connections` must outlive it.
  Gate(AccessControl& access, Connections& connections, AdminAudit audit)
      : access_(access), connections_(connections), audit_(std::move(audit)) {}
  AccessControl& access() const { return access_; }
  Connections& connections() const { return connections_; }

  // The request of a method that takes this message. UNAUTHENTICATED, TOKEN_EXPIRED, RATE_LIMITED, MALFORMED,
  // UNKNOWN_FIELD, PERMISSION_DENIED.
  template <typename Request>
  absl::StatusOr<Granted<Request>> Open(const grpc::CallbackServerContext& context,
                                        const grpc::ByteBuffer& encoded) const {
    auto granted = TryOpen<Request>(context, encoded);
    if (!granted.ok()) NoteRefused(RuleOf<Request>(), context, granted.status());
    return granted;
  }

  // Who calls a method that takes this message, when it may at all: of a stream, whose requests come later,
  // and where we parse the message ourselves.
  template <typename Request>
  absl::StatusOr<Caller> Enter(const grpc::CallbackServerContext& context) const {
    return Enter(RuleOf<Request>(), context);
  }

  // Asks again, for as long as the watch lives, whether the caller may make this call; see
  // AccessControl::WatchGrants.
  template <typename Request>
  std::unique_ptr<AccessControl::Watch> Watch(
      const Granted<Request>& call, const std::function<void(const absl::Status&)>& on_revoked) const {
    return access_.WatchGrants(
        call.caller, [request = call.request](const Caller& now) { return CheckGrants(now, request); },
        on_revoked);
  }

  // Takes note of how an admin method's call has ended. Every call that was opened says so.
  template <typename Request>
  void Note(const Granted<Request>& call, const absl::Status& outcome) const {
    if (!RuleOf<Request>().audited()) return;
    Note(RuleOf<Request>(), call.caller.name(), call.peer, LogOf(call.request), outcome);
  }

 private:
  template <typename Request>
  static const MethodRule& RuleOf() {
    static const MethodRule& rule = replog::RuleOf(*Request::descriptor());
    return rule;
  }
  template <typename Request>
  static std::string LogOf(const Request& request) {
    if constexpr (requires { request.log(); }) {
      return std::string(LogNameOrDefault(request.log()));
    } else {
      return "";
    }
  }
  template <typename Request>
  absl::StatusOr<Granted<Request>> TryOpen(const grpc::CallbackServerContext& context,
                                           const grpc::ByteBuffer& encoded) const {
    auto caller = Enter(RuleOf<Request>(), context);
    if (!caller.ok()) return caller.status();
    if (auto status = caller->Admit(encoded.Length()); !status.ok()) return status;
    Request request;
    if (auto status = Parse(encoded, request); !status.ok()) return status;
    if (auto status = CheckGrants(*caller, request); !status.ok()) return status;
    return Granted<Request>{*std::move(caller), context.peer(), std::move(request)};
  }

  absl::StatusOr<Caller> Enter(const MethodRule& rule, const grpc::CallbackServerContext& context) const;
  void NoteRefused(const MethodRule& rule, const grpc::CallbackServerContext& context,
                   const absl::Status& why) const;
  void Note(const MethodRule& rule, const std::string& principal, const std::string& peer,
            const std::string& log, const absl::Status& outcome) const;

  AccessControl& access_;
  Connections& connections_;
  const AdminAudit audit_;
};

}  // namespace replog
