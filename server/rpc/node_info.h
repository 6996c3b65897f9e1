#pragma once

#include "replog/v1/log_admin.pb.h"
#include "server/core/log_service.h"

namespace replog {

// What a report tells of a node, its lag included. Reads the store, and so blocks.
void FillNodeInfo(const NodeStatus& node, const Log& log, LogService& service, v1::NodeInfo& out);

}  // namespace replog
