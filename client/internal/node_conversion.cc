// Conversions of what is about nodes.
#include <algorithm>

#include "client/internal/conversion.h"
#include "proto/wire/table_digest.h"

namespace replog::client::internal {
namespace {

constexpr int64_t kMillisPerSecond = 1'000;
constexpr int64_t kNanosPerMilli = 1'000'000;

SyncOutcome OutcomeOf(v1::AwaitSyncResponse::Outcome outcome) {
  switch (outcome) {
    case v1::AwaitSyncResponse::SYNCED:
      return SyncOutcome::kSynced;
    case v1::AwaitSyncResponse::PARTIALLY_SYNCED:
      return SyncOutcome::kPartiallySynced;
    case v1::AwaitSyncResponse::NOT_SYNCED:
      return SyncOutcome::kNotSynced;
    case v1::AwaitSyncResponse::TIMEOUT:
      return SyncOutcome::kTimeout;
    default:
      return SyncOutcome::kUnspecified;
  }
}

NodeState StateOf(v1::NodeInfo::State state) {
  switch (state) {
    case v1::NodeInfo::REPLAYING:
      return NodeState::kReplaying;
    case v1::NodeInfo::TAILING:
      return NodeState::kTailing;
    case v1::NodeInfo::GONE:
      return NodeState::kGone;
    default:
      return NodeState::kUnspecified;
  }
}

AuditOutcome OutcomeOf(v1::NodeAudit::Outcome outcome) {
  switch (outcome) {
    case v1::NodeAudit::SAME:
      return AuditOutcome::kSame;
    case v1::NodeAudit::DIVERGED:
      return AuditOutcome::kDiverged;
    case v1::NodeAudit::NO_ANSWER:
      return AuditOutcome::kNoAnswer;
    default:
      return AuditOutcome::kUnspecified;
  }
}

NodeAudit FromProto(const v1::NodeAudit& from) {
  return {from.node(),
          OutcomeOf(from.outcome()),
          from.connected(),
          {from.diverged_channels().begin(), from.diverged_channels().end()}};
}

ChannelDigest FromProto(const v1::ChannelDigest& from) {
  ChannelDigest digest{from.channel(), from.keys(), {}};
  std::copy_n(from.digest().begin(), std::min(from.digest().size(), digest.digest.size()),
              digest.digest.begin());
  return digest;
}

}  // namespace

google::protobuf::Duration ToProto(std::chrono::milliseconds duration) {
  google::protobuf::Duration message;
  message.set_seconds(duration.count() / kMillisPerSecond);
  message.set_nanos(static_cast<int32_t>(duration.count() % kMillisPerSecond * kNanosPerMilli));
  return message;
}

std::chrono::milliseconds FromProto(const google::protobuf::Duration& duration) {
  return std::chrono::milliseconds(duration.seconds() * kMillisPerSecond + duration.nanos() / kNanosPerMilli);
}

SyncResult FromProto(const v1::AwaitSyncResponse& response) {
  SyncResult result{OutcomeOf(response.outcome()), {}, response.sequence()};
  for (const auto& node : response.nodes()) {
    result.nodes.push_back({node.node(), node.synced(), node.connected(),
                            node.has_applied() ? std::optional(node.applied()) : std::nullopt, node.lag()});
  }
  return result;
}

NodeInfo FromProto(const v1::NodeInfo& from) {
  NodeInfo info;
  info.node = from.node();
  info.fleet = from.fleet();
  info.state = StateOf(from.state());
  if (from.has_cursor()) info.cursor = from.cursor();
  if (from.has_next_sequence()) info.next_sequence = from.next_sequence();
  info.lag_records = from.lag_records();
  info.lag_time = std::chrono::seconds(from.lag_time().seconds()) +
                  std::chrono::microseconds(from.lag_time().nanos() / 1'000);
  if (from.has_last_acknowledged()) info.last_acknowledged = FromProto(from.last_acknowledged());
  info.address = from.address();
  return info;
}

AuditResult FromProto(const v1::AuditResponse& response) {
  AuditResult result{response.sequence(), {}, {}};
  for (const auto& digest : response.digests()) result.digests.push_back(FromProto(digest));
  for (const auto& node : response.nodes()) result.nodes.push_back(FromProto(node));
  return result;
}

v1::ChannelDigest ToProto(const ChannelDigest& digest) {
  v1::ChannelDigest message;
  message.set_channel(digest.channel);
  message.set_version(wire::kTableDigestVersion);
  message.set_digest(digest.digest.data(), digest.digest.size());
  message.set_keys(digest.keys);
  return message;
}

}  // namespace replog::client::internal
