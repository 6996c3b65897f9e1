#include "server/rpc/audit_call.h"

#include "server/api/audit_answers.h"

namespace replog {

absl::Status AuditCall::Begin() {
  admin_.Post([this, self = shared_from_this()] {
    RunAudit(service_, call(),
             [this, self](const absl::StatusOr<v1::AuditResponse>& response) { End(response); });
  });
  return absl::OkStatus();
}

}  // namespace replog
