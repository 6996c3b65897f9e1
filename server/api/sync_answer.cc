#include "server/api/sync_answer.h"

namespace replog {
namespace {

v1::AwaitSyncResponse::Outcome ToOutcome(SyncOutcome outcome) {
  switch (outcome) {
    case SyncOutcome::kSynced:
      return v1::AwaitSyncResponse::SYNCED;
    case SyncOutcome::kPartiallySynced:
      return v1::AwaitSyncResponse::PARTIALLY_SYNCED;
    case SyncOutcome::kNotSynced:
      return v1::AwaitSyncResponse::NOT_SYNCED;
    case SyncOutcome::kTimeout:
      break;
  }
  return v1::AwaitSyncResponse::TIMEOUT;
}

}  // namespace

void HideNodes(const Caller& caller, std::string_view log, SyncAnswer& answer) {
  std::erase_if(answer.nodes, [&](const NodeSync& node) { return !caller.CheckNode(log, node.node).ok(); });
}

v1::AwaitSyncResponse ToAwaitSyncResponse(const SyncAnswer& answer) {
  v1::AwaitSyncResponse response;
  response.set_outcome(ToOutcome(answer.outcome));
  response.set_sequence(answer.target);
  for (const NodeSync& node : answer.nodes) {
    auto& out = *response.add_nodes();
    out.set_node(node.node);
    out.set_synced(node.synced);
    out.set_connected(node.connected);
    if (node.applied) out.set_applied(*node.applied);
    out.set_lag(node.lag);
  }
  return response;
}

}  // namespace replog
