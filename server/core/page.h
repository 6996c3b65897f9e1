#pragma once

#include <optional>
#include <string>

#include "absl/status/statusor.h"
#include "server/core/log.h"
#include "server/core/start.h"

namespace replog {

// One page of a log, as asked for.
struct PageRequest {
  std::optional<Start> start;  // none: the beginning or, backward, the end
  bool backward = false;
  ChannelFilter filter;
  uint32_t max_records = 0;
  size_t max_bytes = 0;  // of records; one record always fits
};

struct Page {
  std::string records;  // concatenated `records` fields, in the order of reading
  Sequence next = 0;    // where the next page begins
  Sequence committed_end = 0;
  Sequence first_kept = 0;
  bool at_end = false;  // nothing is left in the direction of reading
};

// Reads a page. Blocks on the store. Errors of ResolveStart, and CORRUPT_CHUNK.
absl::StatusOr<Page> ReadPage(const PageRequest& request, const Log& log, LogStore& store);

}  // namespace replog
