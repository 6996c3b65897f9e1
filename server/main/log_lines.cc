#include "server/main/log_lines.h"

#include <grpc/support/log.h>

#include "server/logging/logging.h"

namespace replog {
namespace {

void LogGrpcMessage(gpr_log_func_args* message) {
  const auto level = message->severity == GPR_LOG_SEVERITY_ERROR ? spdlog::level::warn : spdlog::level::debug;
  LogWith(level, "gRPC", {{"text", message->message}});
}

}  // namespace

void LogAlarm(const Alarms::Change& change) {
  LogWith(change.raised ? spdlog::level::err : spdlog::level::warn, change.raised ? "alarm" : "alarm is over",
          {{"alarm", change.name}, {"text", change.text}});
}

void LogOfGrpc() { gpr_set_log_function(LogGrpcMessage); }

}  // namespace replog
