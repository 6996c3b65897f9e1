#include "server/main/log_lines.h"

#include <grpc/support/log.h>

#include "server/logging/logging.h"

namespace replog {
namespace {

constexpr int kLinesPerSecond = 10;

void LogGrpcMessage(gpr_log_func_args* message) {
  if (message->severity != GPR_LOG_SEVERITY_ERROR)
    return LogWith(spdlog::level::debug, "gRPC", {{"text", message->message}});
  // It has a line for each handshake that fails, of which strangers can make as many as they like. gRPC hands
  // its function nothing of ours, hence the static.
  static LineLimiter limiter(SystemClock(), kLinesPerSecond);
  LogLimited(limiter, spdlog::level::warn, "gRPC", {{"text", message->message}});
}

}  // namespace

void LogAlarm(const Alarms::Change& change) {
  LogWith(change.raised ? spdlog::level::err : spdlog::level::warn, change.raised ? "alarm" : "alarm is over",
          {{"alarm", change.name}, {"text", change.text}});
}

void LogOfGrpc() { gpr_set_log_function(LogGrpcMessage); }

}  // namespace replog
