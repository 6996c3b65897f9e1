#pragma once

#include "replog/v1/log_admin.pb.h"
#include "server/auth/caller.h"
#include "server/core/log_service.h"

namespace replog {

// Whether the caller may know of a node: it may be it, or it administers the log.
bool SeesNode(const Caller& caller, std::string_view log, std::string_view node);

// What a report tells of a node, its lag included. Reads the store, and so blocks.
void FillNodeInfo(const NodeStatus& node, const Log& log, LogService& service, v1::NodeInfo& out);

}  // namespace replog
