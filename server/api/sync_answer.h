#pragma once

#include <string_view>

#include "replog/v1/replication_log.pb.h"
#include "server/auth/caller.h"
#include "server/core/sync_barrier.h"

namespace replog {

// Leaves out the nodes that the caller may not know of; they count for the outcome all the same.
void HideNodes(const Caller& caller, std::string_view log, SyncAnswer& answer);

v1::AwaitSyncResponse ToAwaitSyncResponse(const SyncAnswer& answer);

}  // namespace replog
