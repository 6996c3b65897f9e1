#pragma once

#include <cstdint>
#include <vector>

#include "absl/status/status.h"
#include "server/core/append_queue.h"

namespace replog {

// What became of one group of appends, and how long each stage took. Only for as long as it is told of.
struct GroupReport {
  const std::vector<PendingAppend>& appends;  // in order of arrival; all answered
  int64_t queue_us = 0;                       // that the oldest of them waited
  int64_t encode_us = 0;
  int64_t write_us = 0;  // and sync
  int64_t publish_us = 0;
  absl::Status status = absl::OkStatus();  // of the write

  int64_t total_us() const { return queue_us + encode_us + write_us + publish_us; }
};

}  // namespace replog
