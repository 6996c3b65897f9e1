#pragma once

#include "replog/v1/log_admin.pb.h"
#include "replog/v1/replication_log.pb.h"
#include "server/api/granted.h"
#include "server/core/log_service.h"

namespace replog {

// LogAdmin.Audit. Reads the log's table, and so blocks; waits for the nodes without blocking.
// Names only channels that the caller may read.
void RunAudit(LogService& service, const Granted<v1::AuditRequest>& call,
              AnswerLater<v1::AuditResponse> done);

// ReplicationLog.DigestTable. Blocks.
absl::Status AnswerDigestTable(LogService& service, const v1::DigestTableRequest& request,
                               v1::DigestTableResponse& response);

}  // namespace replog
