#include "server/history/snapshot.h"

#include <algorithm>

namespace replog {
namespace {

uint64_t KeptBytes(const Log& log, LogStore& store) {
  const Sequence first = log.tail().first_kept();
  if (first >= log.tail().committed_end()) return 0;
  const auto chunk = store.ChunkContaining(log.number(), first);
  return chunk.ok() ? log.bytes_before_end - chunk->header.bytes_before : 0;
}

Snapshot::Log Describe(const Log& log, LogStore& store) {
  return {.name = log.name(),
          .uuid = log.uuid(),
          .appended_records = log.counters.records.value(),
          .appended_bytes = log.counters.bytes.value(),
          .delivered_records = log.counters.records_sent.value(),
          .delivered_bytes = log.counters.bytes_sent.value(),
          .kept_bytes = KeptBytes(log, store)};
}

void AddNodes(const Log& log, NodeRegistry& nodes, size_t bound, Snapshot::Log& described,
              Snapshot& snapshot) {
  const Sequence end = log.tail().committed_end();
  for (const NodeStatus& node : nodes.List(log, "")) {
    const uint64_t lag = end - std::min(end, node.applied.value_or(0));
    if (node.state != NodeStatus::State::kGone) described.max_lag = std::max(described.max_lag, lag);
    if (snapshot.nodes.size() < bound)
      snapshot.nodes.push_back({log.name(), log.uuid(), node.record.node, node.record.fleet, lag});
  }
}

std::optional<uint64_t> DiskUsed(LogStore& store) {
  const StoreStats stats = store.Stats();
  if (stats.families.empty()) return std::nullopt;
  uint64_t bytes = 0;
  // What is in memory is in the write-ahead log too.
  for (const auto& family : stats.families) bytes += family.file_bytes + family.memtable_bytes;
  return bytes;
}

}  // namespace

Snapshot TakeSnapshot(LogService& service, const SnapshotBounds& bounds) {
  Snapshot snapshot;
  snapshot.wall_us = service.clock().WallMicros();
  snapshot.monotonic_us = service.clock().MonotonicMicros();
  for (const LogPtr& log : service.logs().All()) {
    if (snapshot.logs.size() == bounds.logs) break;
    auto& described = snapshot.logs.emplace_back(Describe(*log, service.store()));
    AddNodes(*log, service.nodes(), bounds.nodes, described, snapshot);
  }
  snapshot.append_us = service.committer().counters().total_us.Read();
  snapshot.disk_used = DiskUsed(service.store());
  snapshot.disk_free = service.store().FreeBytes();
  return snapshot;
}

}  // namespace replog
