#pragma once

#include "absl/status/statusor.h"
#include "server/api/granted.h"
#include "server/core/sync_call.h"

namespace replog {

// What AwaitSync asks, checked. INVALID_FIELD.
absl::StatusOr<SyncQuestion> ToSyncQuestion(const Granted<v1::AwaitSyncRequest>& call, const Limits& limits);

}  // namespace replog
