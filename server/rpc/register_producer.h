#pragma once

#include "replog/v1/replication_log.pb.h"
#include "server/core/log_service.h"
#include "server/rpc/unary.h"

namespace replog {

// What RegisterProducer does, on a thread that may block.
void RegisterProducer(LogService& service, const v1::RegisterProducerRequest& request,
                      AnswerLater<v1::RegisterProducerResponse> done);

}  // namespace replog
