#include "server/main/access.h"

#include "server/logging/logging.h"

namespace replog {
namespace {

constexpr int64_t kLookIntervalUs = 5'000'000;

class ExpiryWatch final : public Timed {
 public:
  explicit ExpiryWatch(AccessControl& access) : access_(access) {}
  int64_t OnTime(int64_t now_us) override {
    access_.EndExpired();
    return now_us + kLookIntervalUs;
  }

 private:
  AccessControl& access_;
};

}  // namespace

void ReloadAccess(AccessControl& access) {
  if (const auto status = access.Reload(); !status.ok())
    LogWith(spdlog::level::err, "access file is not taken up", {{"why", status.message()}});
}

std::shared_ptr<Timed> WatchExpiry(TimerQueue& timers, Clock& clock, AccessControl& access) {
  auto watch = std::make_shared<ExpiryWatch>(access);
  timers.Schedule(clock.MonotonicMicros() + kLookIntervalUs, watch);
  return watch;
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

}  // namespace replog
