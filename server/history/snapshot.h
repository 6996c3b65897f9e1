#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "base/histogram.h"
#include "server/core/log_service.h"

namespace replog {

// What is looked at now and then, as it is at one moment. Counters are since the server started.
struct Snapshot {
  int64_t wall_us = 0;       // since 1970
  int64_t monotonic_us = 0;  // what rates are of

  struct Log {
    std::string name;
    std::string uuid;
    uint64_t appended_records = 0;
    uint64_t appended_bytes = 0;
    uint64_t delivered_records = 0;  // one counts for each subscriber
    uint64_t delivered_bytes = 0;
    uint64_t kept_bytes = 0;  // before compression
    uint64_t max_lag = 0;     // records, of connected nodes
  };
  std::vector<Log> logs;  // the first by name

  struct Node {
    std::string log;
    std::string log_uuid;
    std::string node;
    std::string fleet;
    uint64_t lag = 0;  // records
  };
  std::vector<Node> nodes;  // the first by log and name

  Histogram::Reading append_us;       // how long appends took
  std::optional<uint64_t> disk_used;  // bytes of the store; nullopt while it is being recovered
  uint64_t disk_free = 0;             // bytes
};

struct SnapshotBounds {
  size_t logs = 0;
  size_t nodes = 0;
};
// Reads the store, and so blocks.
Snapshot TakeSnapshot(LogService& service, const SnapshotBounds& bounds);

}  // namespace replog
