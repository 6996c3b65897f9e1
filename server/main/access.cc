#include "server/main/access.h"

#include "server/logging/line_limiter.h"
#include "server/logging/logging.h"
#include "server/main/every.h"

namespace replog {
namespace {

constexpr int64_t kLookIntervalUs = 5'000'000;
constexpr int kEndedLinesPerSecond = 10;

}  // namespace

void ReloadAccess(AccessControl& access) {
  if (const auto status = access.Reload(); !status.ok())
    LogWith(spdlog::level::err, "access file is not taken up", {{"why", status.message()}});
}

std::shared_ptr<Timed> WatchExpiry(TimerQueue& timers, Clock& clock, AccessControl& access) {
  return Every(kLookIntervalUs, timers, clock, [&access] { access.EndExpired(); });
}

AdminAudit LogAdminActions() {
  return [](const AdminAction& action) {
    LogWith(spdlog::level::warn, "admin",
            {{"principal", action.principal},
             {"peer", action.peer},
             {"method", action.method},
             {"log", action.log},
             {"outcome", action.outcome}});
  };
}

Connections::OnEnded LogEndedConnections(Clock& clock) {
  const auto limiter = std::make_shared<LineLimiter>(clock, kEndedLinesPerSecond);
  return [limiter](const std::string& peer, const char* why) {
    LogLimited(*limiter, spdlog::level::warn, "connection ended", {{"peer", peer}, {"why", why}});
  };
}

}  // namespace replog
