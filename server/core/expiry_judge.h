#pragma once

#include <cstdint>
#include <vector>

#include "absl/status/status.h"
#include "server/core/append_queue.h"

namespace replog {

// Whether those records of an append that are to be written may expire when they do, if that is at `now_us`
// by the wall clock; without outcomes all are written. INVALID_FIELD.
absl::Status JudgeExpiries(const AppendRequest& request, const std::vector<RecordOutcome>& outcomes,
                           int64_t now_us);

}  // namespace replog
