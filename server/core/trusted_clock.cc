#include "server/core/trusted_clock.h"

#include "absl/strings/str_cat.h"

namespace replog {
namespace {

constexpr char kAlarm[] = "CLOCK_JUMPED";
constexpr int64_t kMicrosPerSecond = 1'000'000;

}  // namespace

TrustedClock::TrustedClock(const ClockGuard::Options& options, Clock& clock, Alarms& alarms)
    : options_(options), clock_(clock), alarms_(alarms), guard_(options, Read()) {}

ClockGuard::Reading TrustedClock::Read() {
  // In this order a pause between the two looks like a jump forward, which the next look finds undone; in the
  // other the next look would find a jump.
  const int64_t monotonic_us = clock_.MonotonicMicros();
  return {clock_.WallMicros(), monotonic_us};
}

std::optional<int64_t> TrustedClock::Now() {
  MutexLock lock(mutex_);
  const ClockGuard::Reading now = Read();
  // Under the lock, so that what is said last is what holds.
  Report(guard_.Look(now), guard_.ahead_us());
  if (guard_.state() == ClockGuard::State::kDoubted) return std::nullopt;
  return now.wall_us;
}

void TrustedClock::Report(ClockGuard::Event event, int64_t ahead_us) {
  switch (event) {
    case ClockGuard::Event::kNone:
      return;
    case ClockGuard::Event::kJumped:
      return alarms_.Raise(
          kAlarm, absl::StrCat("the wall clock jumped forward by ", ahead_us / kMicrosPerSecond,
                               " s: nothing expires and nothing is removed by age until it comes back, has "
                               "run evenly for ",
                               options_.settle_us / kMicrosPerSecond, " s, or the server is started again"));
    case ClockGuard::Event::kCameBack:
      return alarms_.Clear(kAlarm, "the wall clock came back: expiry and retention by age go on");
    case ClockGuard::Event::kSettled:
      return alarms_.Clear(
          kAlarm, absl::StrCat("the wall clock has run evenly for ", options_.settle_us / kMicrosPerSecond,
                               " s since it jumped: expiry and retention by age go on with it"));
  }
}

}  // namespace replog
