#pragma once

#include <optional>
#include <string>
#include <vector>

#include "absl/status/statusor.h"
#include "server/core/log.h"

namespace replog {

// What of a log's table is wanted: the newest records of some keys of a channel or, without keys, a page of
// them.
struct LookupQuery {
  std::string channel;
  std::vector<std::string> keys;
  std::string after_key;  // of a page; empty: from the first
  uint32_t max_records = 0;
};

struct LookupAnswer {
  std::string records;  // concatenated `records` fields of the response
  Sequence as_of = 0;   // the answer is at least as new as this
  // Of a page: where the next one begins; none when this is the last.
  std::optional<std::string> next_after_key;
};

// Whether what was read of the log's table, all of it before `end`, may be shown. The store has a record a
// moment before it is committed; while it is being recovered it may have one that will not be.
absl::Status CheckShown(Sequence end, const Log& log, LogStore& store);

// Reads the store, and so blocks. TOO_LARGE when the records of the keys do not fit a page.
absl::StatusOr<LookupAnswer> Lookup(const LookupQuery& query, const Log& log, LogStore& store);

}  // namespace replog
