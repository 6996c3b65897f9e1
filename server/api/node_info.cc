#include "server/api/node_info.h"

#include <algorithm>

#include "server/api/convert.h"

namespace replog {
namespace {

v1::NodeInfo::State ToState(NodeStatus::State state) {
  switch (state) {
    case NodeStatus::State::kReplaying:
      return v1::NodeInfo::REPLAYING;
    case NodeStatus::State::kTailing:
      return v1::NodeInfo::TAILING;
    case NodeStatus::State::kGone:
      break;
  }
  return v1::NodeInfo::GONE;
}

// How long the oldest record that the node has not applied is there, within the resolution of a chunk.
int64_t LagMicros(Sequence applied, const Log& log, LogService& service) {
  const Sequence oldest = std::max(applied, log.tail().first_kept());
  if (oldest >= log.tail().committed_end()) return 0;
  const auto chunk = service.store().ChunkContaining(log.number(), oldest);
  // Damaged, or trimmed away just now: the node is listed all the same.
  return chunk.ok() ? std::max<int64_t>(service.clock().WallMicros() - chunk->header.last_time_us, 0) : 0;
}

}  // namespace

bool SeesNode(const Caller& caller, std::string_view log, std::string_view node) {
  return caller.CheckAdmin(log).ok() || caller.CheckNode(log, node).ok();
}

void FillNodeInfo(const NodeStatus& node, const Log& log, LogService& service, v1::NodeInfo& out) {
  const NodeRecord& record = node.record;
  out.set_node(record.node);
  out.set_fleet(record.fleet);
  out.set_state(ToState(node.state));
  if (record.cursor) out.set_cursor(record.cursor->next_sequence);
  if (node.next_sequence) out.set_next_sequence(*node.next_sequence);
  const Sequence applied = record.cursor ? record.cursor->next_sequence : 0;
  const Sequence end = log.tail().committed_end();
  out.set_lag_records(end - std::min(applied, end));
  const int64_t lag_us = LagMicros(applied, log, service);
  out.mutable_lag_time()->set_seconds(lag_us / 1'000'000);
  out.mutable_lag_time()->set_nanos(static_cast<int32_t>(lag_us % 1'000'000 * 1000));
  if (record.acknowledged_us != 0) FillTimestamp(record.acknowledged_us, *out.mutable_last_acknowledged());
  out.set_address(node.address);
}

}  // namespace replog
