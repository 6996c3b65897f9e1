#pragma once

#include "absl/status/status.h"
#include "server/api/granted.h"
#include "server/core/log_service.h"

// What is listed: only what the caller may know of. All of it reads the store, and so blocks, but for leases.
namespace replog {

absl::Status FillLogs(LogService& service, const Granted<v1::ListLogsRequest>& call,
                      v1::ListLogsResponse& response);
absl::Status FillLog(LogService& service, const Granted<v1::GetLogRequest>& call,
                     v1::GetLogResponse& response);
absl::Status FillChannels(LogService& service, const Granted<v1::ListChannelsRequest>& call,
                          v1::ListChannelsResponse& response);
absl::Status FillNodes(LogService& service, const Granted<v1::ListNodesRequest>& call,
                       v1::ListNodesResponse& response);
absl::Status FillLeases(LeaseKeeper& leases, const Granted<v1::ListRequest>& call,
                        v1::ListResponse& response);

}  // namespace replog
