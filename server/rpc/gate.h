#pragma once

#include <grpcpp/server_context.h>
#include <grpcpp/support/byte_buffer.h>

#include <functional>
#include <memory>
#include <string>
#include <utility>

#include "absl/status/statusor.h"
#include "server/api/admin_notes.h"
#include "server/api/granted.h"
#include "server/auth/access_control.h"
#include "server/rpc/buffers.h"
#include "server/rpc/connections.h"

namespace replog {

// Where every call comes in: who calls, may it use the method, is it within its limits, and may it ask this
// of the server. Thread-safe.
class Gate {
 public:
  // `access` and `connections` must outlive it.
  Gate(AccessControl& access, Connections& connections, AdminAudit audit)
      : access_(access), connections_(connections), notes_(std::move(audit)) {}
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
    notes_.Note(call, outcome);
  }

 private:
  template <typename Request>
  absl::StatusOr<Granted<Request>> TryOpen(const grpc::CallbackServerContext& context,
                                           const grpc::ByteBuffer& encoded) const {
    // Before its request is read: who may not call has no work done for it.
    auto caller = Enter(RuleOf<Request>(), context);
    if (!caller.ok()) return caller.status();
    if (auto status = caller->Admit(encoded.Length()); !status.ok()) return status;
    Request request;
    if (auto status = Parse(encoded, request); !status.ok()) return status;
    return GrantRequest(*std::move(caller), context.peer(), std::move(request));
  }

  absl::StatusOr<Caller> Enter(const MethodRule& rule, const grpc::CallbackServerContext& context) const;
  void NoteRefused(const MethodRule& rule, const grpc::CallbackServerContext& context,
                   const absl::Status& why) const;

  AccessControl& access_;
  Connections& connections_;
  const AdminNotes notes_;
};

}  // namespace replog
