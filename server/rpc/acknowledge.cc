#include "server/rpc/acknowledge.h"

#include "base/error.h"
#include "server/core/names.h"

namespace replog {
namespace {

absl::Status Check(const v1::AcknowledgeRequest& request) {
  if (auto status = CheckNodeName(request.node(), "node"); !status.ok()) return status;
  if (!request.has_next_sequence()) {
    return MakeError(Reason::kInvalidField, "next_sequence: is required", {{"field", "next_sequence"}});
  }
  if (request.digests_size() > 0) return NotBuilt("digests");
  if (request.has_digest_sequence()) return NotBuilt("digest_sequence");
  return absl::OkStatus();
}

}  // namespace

void Acknowledge(LogService& service, const v1::AcknowledgeRequest& request,
                 AnswerLater<v1::AcknowledgeResponse> done) {
  if (auto status = Check(request); !status.ok()) return done(status);
  // The server's own log has no nodes: each acknowledgement would be a record of it.
  const auto log = service.logs().FindForChange(request.log());
  if (!log.ok()) return done(log.status());
  service.nodes().Acknowledge(*log, request.node(), request.next_sequence(), request.allow_backwards(),
                              [done = std::move(done)](const absl::StatusOr<NodeRecord>& node) mutable {
                                if (!node.ok()) return done(node.status());
                                v1::AcknowledgeResponse response;
                                response.set_cursor(node->cursor->next_sequence);
                                done(std::move(response));
                              });
}

}  // namespace replog
