#pragma once

#include "absl/status/status.h"
#include "base/clock.h"
#include "storage/rocks/options.h"

namespace replog {

// Makes a data directory of its own of a copy of a store: of `options.directory`, in which there is db/ with
// the copy and no more. It gets a new storage id, and each log a lineage of its own from its end on; what
// follows in the store that it is a copy of, and in each other copy, is then another history. The acked floor
// is what it holds. All of it is synced.
absl::Status ForkStore(const StoreOptions& options, Clock& clock);

}  // namespace replog
