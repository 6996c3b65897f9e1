#pragma once

#include "absl/status/status.h"
#include "storage/rocks/options.h"

namespace replog {

// Makes a data directory of its own of a copy of a store: of `options.directory`, in which there is db/ with
// the copy and no more. It gets a new storage id, and each log its next lineage from its end on; what follows
// in the store that it is a copy of is then another history. The acked floor is what it holds. All of it is
// synced.
absl::Status ForkStore(const StoreOptions& options);

}  // namespace replog
