#pragma once

#include "replog/v1/log_admin.pb.h"
#include "server/core/log_service.h"

namespace replog {

// All that LogAdmin tells of a log, with its size on this side of compression, which is what the retention
// bound counts. Reads the store, and so blocks.
void DescribeLog(LogService& service, const Log& log, v1::LogInfo& info);

}  // namespace replog
