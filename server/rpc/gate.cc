#include "server/rpc/gate.h"

#include <grpc/grpc_security_constants.h>

namespace replog {
namespace {

constexpr const char* kAuthorization = "authorization";

std::string AuthorizationOf(const grpc::CallbackServerContext& context) {
  const auto [first, last] = context.client_metadata().equal_range(kAuthorization);
  if (first == last) return "";
  // Two are none: which of them counts must not depend on who looks.
  return std::next(first) == last ? std::string(first->second.begin(), first->second.end()) : "twice";
}

// Of the certificate that the client has shown; the transport has verified it, or there is none.
std::vector<std::string> CertificateNamesOf(const grpc::CallbackServerContext& context) {
  std::vector<std::string> names;
  const auto transport = context.auth_context();
  if (transport == nullptr || !transport->IsPeerAuthenticated()) return names;
  // The common name counts where there is no other: authorities vouch for the alternative names.
  for (const char* property : {GRPC_X509_SAN_PROPERTY_NAME, GRPC_X509_CN_PROPERTY_NAME}) {
    if (!names.empty()) break;
    for (const grpc::string_ref& name : transport->FindPropertyValues(property))
      names.emplace_back(name.begin(), name.end());
  }
  return names;
}

}  // namespace

absl::StatusOr<Caller> Gate::Enter(const MethodRule& rule, const grpc::CallbackServerContext& context) const {
  auto caller = access_.Identify({AuthorizationOf(context), CertificateNamesOf(context)});
  if (!caller.ok()) return caller.status();
  if (auto status = caller->CheckAny(rule.any_of); !status.ok()) return status;
  connections_.NoteAdmitted(context.peer());
  return caller;
}

void Gate::NoteRefused(const MethodRule& rule, const grpc::CallbackServerContext& context,
                       const absl::Status& why) const {
  if (!rule.audited()) return;
  // Asked again: what refuses a caller need not know who it is.
  const auto caller = access_.Identify({AuthorizationOf(context), CertificateNamesOf(context)});
  notes_.NoteRefused(rule, caller.ok() ? caller->name() : "", context.peer(), why);
}

}  // namespace replog
