#pragma once

#include "replog/v1/replication_log.pb.h"
#include "server/core/sync_barrier.h"

namespace replog {

v1::AwaitSyncResponse ToAwaitSyncResponse(const SyncAnswer& answer);

}  // namespace replog
