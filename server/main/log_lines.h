#pragma once

#include "server/core/alarms.h"

namespace replog {

// What the parts of the server tell of, as lines of the log.
void LogAlarm(const Alarms::Change& change);

// From now on gRPC's own messages, which would go to standard error as they are, are lines of the log too.
void LogOfGrpc();

}  // namespace replog
