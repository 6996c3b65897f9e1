#pragma once

#include <optional>

#include "absl/status/statusor.h"
#include "storage/model/log_store.h"

namespace replog {

// What retention needs to know of a log.
struct RetentionView {
  LogNumber log = 0;
  LogSettings settings;
  Sequence first_kept = 0;
  Sequence end = 0;
  uint64_t bytes_before_end = 0;
};

// The first sequence that the log's settings still keep, at a chunk's border: at least first_kept, at most
// the end. Age removes only chunks whose newest record is too old, and nothing while the time is not known
// (`now_us` is nullopt); bytes and records remove a chunk only if what remains is still at the bound, so a
// log is never emptied by them.
absl::StatusOr<Sequence> RetentionPoint(const RetentionView& view, LogStore& store,
                                        std::optional<int64_t> now_us);

}  // namespace replog
