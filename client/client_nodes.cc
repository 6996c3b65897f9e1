// The calls of Client that are about nodes.
#include <utility>

#include "client/client.h"
#include "client/internal/conversion.h"
#include "client/internal/transport.h"
#include "replog/v1/log_admin.grpc.pb.h"
#include "replog/v1/replication_log.grpc.pb.h"

namespace replog::client {
namespace {

using internal::FromProto;
using internal::ToProto;
using Repeat = internal::Transport::Repeat;

template <typename Request>
void SetChoice(const NodeChoice& choice, Request& request) {
  for (const std::string& node : choice.nodes) request.add_nodes(node);
  request.set_fleet(choice.fleet);
}

v1::AwaitSyncRequest RequestOf(const AwaitSyncOptions& options) {
  v1::AwaitSyncRequest request;
  if (const auto* key = std::get_if<SyncKey>(&options.target)) {
    request.mutable_key()->set_channel(key->channel);
    request.mutable_key()->set_key(key->key);
  } else {
    request.set_sequence(std::get<uint64_t>(options.target));
  }
  SetChoice(options.choice, request);
  request.set_origin(options.origin);
  *request.mutable_timeout() = ToProto(options.timeout);
  return request;
}

}  // namespace

std::string_view SyncOutcomeName(SyncOutcome outcome) {
  switch (outcome) {
    case SyncOutcome::kSynced:
      return "SYNCED";
    case SyncOutcome::kPartiallySynced:
      return "PARTIALLY_SYNCED";
    case SyncOutcome::kNotSynced:
      return "NOT_SYNCED";
    case SyncOutcome::kTimeout:
      return "TIMEOUT";
    default:
      return "OUTCOME_UNSPECIFIED";
  }
}

std::string_view NodeStateName(NodeState state) {
  switch (state) {
    case NodeState::kReplaying:
      return "REPLAYING";
    case NodeState::kTailing:
      return "TAILING";
    case NodeState::kGone:
      return "GONE";
    default:
      return "STATE_UNSPECIFIED";
  }
}

std::string_view AuditOutcomeName(AuditOutcome outcome) {
  switch (outcome) {
    case AuditOutcome::kSame:
      return "SAME";
    case AuditOutcome::kDiverged:
      return "DIVERGED";
    case AuditOutcome::kNoAnswer:
      return "NO_ANSWER";
    default:
      return "OUTCOME_UNSPECIFIED";
  }
}

Result<uint64_t> Client::Acknowledge(std::string_view node, uint64_t next_sequence, bool allow_backwards,
                                     std::string_view log) {
  v1::AcknowledgeRequest request;
  request.set_log(transport_->LogName(log));
  request.set_node(std::string(node));
  request.set_next_sequence(next_sequence);
  request.set_allow_backwards(allow_backwards);
  // To say it again does no harm, but for a step back, which may come after somebody's step ahead.
  const auto response = transport_->Call(allow_backwards ? Repeat::kNever : Repeat::kSafe,
                                         &v1::ReplicationLog::Stub::Acknowledge, request);
  if (!response.ok()) return response.status();
  return response->cursor();
}

Result<SyncResult> Client::AwaitSync(const AwaitSyncOptions& options) {
  v1::AwaitSyncRequest request = RequestOf(options);
  request.set_log(transport_->LogName(options.log));
  const auto response =
      transport_->Call(Repeat::kSafe, &v1::ReplicationLog::Stub::AwaitSync, request, options.timeout);
  if (!response.ok()) return response.status();
  return FromProto(*response);
}

Result<std::vector<NodeInfo>> Client::ListNodes(std::string_view fleet, std::string_view log) {
  v1::ListNodesRequest request;
  request.set_log(transport_->LogName(log));
  request.set_fleet(std::string(fleet));
  const auto response = transport_->Call(Repeat::kSafe, &v1::LogAdmin::Stub::ListNodes, request);
  if (!response.ok()) return response.status();
  std::vector<NodeInfo> nodes;
  for (const auto& node : response->nodes()) nodes.push_back(FromProto(node));
  return nodes;
}

Status Client::ForgetNode(std::string_view node, std::string_view log) {
  v1::ForgetNodeRequest request;
  request.set_log(transport_->LogName(log));
  request.set_node(std::string(node));
  return transport_->Call(Repeat::kNever, &v1::LogAdmin::Stub::ForgetNode, request).status();
}

Result<AuditResult> Client::Audit(const AuditOptions& options) {
  v1::AuditRequest request;
  request.set_log(transport_->LogName(options.log));
  SetChoice(options.choice, request);
  *request.mutable_timeout() = ToProto(options.timeout);
  const auto response = transport_->Call(Repeat::kSafe, &v1::LogAdmin::Stub::Audit, request, options.timeout);
  if (!response.ok()) return response.status();
  return FromProto(*response);
}

}  // namespace replog::client
