#pragma once

#include <string>
#include <utility>

#include "absl/functional/any_invocable.h"
#include "absl/status/statusor.h"
#include "server/api/grants_needed.h"
#include "server/api/method_rules.h"

namespace replog {

// A request whose caller may make it; only GrantRequest gives one, so whoever has it cannot have forgotten to
// ask.
template <typename Request>
struct Granted {
  Caller caller;
  std::string peer;  // the caller's address
  Request request;
};

// Asks both: may the caller use the method that takes this message, and may it ask this of it. A message
// without a check of its own does not compile, one without a rule ends the process. PERMISSION_DENIED.
template <typename Request>
absl::StatusOr<Granted<Request>> GrantRequest(Caller caller, std::string peer, Request request) {
  if (auto status = caller.CheckAny(RuleOf<Request>().any_of); !status.ok()) return status;
  if (auto status = CheckGrants(caller, request); !status.ok()) return status;
  return Granted<Request>{std::move(caller), std::move(peer), std::move(request)};
}

// Takes the answer to a request once, from any thread.
template <typename Response>
using AnswerLater = absl::AnyInvocable<void(absl::StatusOr<Response>)>;

}  // namespace replog
