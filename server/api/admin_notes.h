#pragma once

#include <string>

#include "server/api/granted.h"
#include "server/auth/admin_audit.h"
#include "server/core/names.h"

namespace replog {

// Has note taken of calls of the methods that are audited; of others of nothing. Thread-safe.
class AdminNotes {
 public:
  explicit AdminNotes(AdminAudit audit) : audit_(std::move(audit)) {}

  // How a call has ended that was granted.
  template <typename Request>
  void Note(const Granted<Request>& call, const absl::Status& outcome) const {
    Note(RuleOf<Request>(), call.caller.name(), call.peer, LogOf(call.request), outcome);
  }
  // That it was refused. `principal` is empty when it was not known who calls.
  void NoteRefused(const MethodRule& rule, const std::string& principal, const std::string& peer,
                   const absl::Status& why) const;

 private:
  template <typename Request>
  static std::string LogOf(const Request& request) {
    if constexpr (requires { request.log(); }) {
      return std::string(LogNameOrDefault(request.log()));
    } else {
      return "";
    }
  }
  void Note(const MethodRule& rule, const std::string& principal, const std::string& peer,
            const std::string& log, const absl::Status& outcome) const;

  const AdminAudit audit_;
};

}  // namespace replog
