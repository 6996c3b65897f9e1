#pragma once

#include <functional>

#include "absl/status/status.h"
#include "storage/model/log_store.h"
#include "storage/rocks/chunk_source.h"

namespace replog {

// Checks all chunks of a range: checksum, that sequences run without a gap, that each record says its own
// sequence, and that the channel index lists each chunk under its channels. Problems go to `report`; an error
// means that the check itself could not be done.
absl::Status VerifyLog(const Engine& engine, const ReadRange& range,
                       const std::function<bool(const VerifyProgress&)>& report);

}  // namespace replog
