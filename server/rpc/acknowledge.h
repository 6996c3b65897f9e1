#pragma once

#include "replog/v1/replication_log.pb.h"
#include "server/core/log_service.h"
#include "server/rpc/unary.h"

namespace replog {

// Moves a node's cursor; see ReplicationLog.Acknowledge.
void Acknowledge(LogService& service, const v1::AcknowledgeRequest& request,
                 AnswerLater<v1::AcknowledgeResponse> done);

}  // namespace replog
