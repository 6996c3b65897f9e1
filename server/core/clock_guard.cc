#include "server/core/clock_guard.h"

#include <cstdlib>

namespace replog {

ClockGuard::Event ClockGuard::Look(const Reading& now) {
  const int64_t step_us = Gained(last_, now);
  last_ = now;
  if (state_ == State::kDoubted) return LookDoubted(now, step_us);
  if (step_us <= options_.max_jump_us) {
    believed_ = now;
    return Event::kNone;
  }
  state_ = State::kDoubted;
  even_since_us_ = now.monotonic_us;
  return Event::kJumped;
}

ClockGuard::Event ClockGuard::LookDoubted(const Reading& now, int64_t step_us) {
  const bool came_back = Gained(believed_, now) <= options_.max_jump_us;
  if (std::abs(step_us) > options_.max_jump_us) even_since_us_ = now.monotonic_us;
  const bool settled = now.monotonic_us - even_since_us_ >= options_.settle_us;
  if (!came_back && !settled) return Event::kNone;
  state_ = State::kBelieved;
  believed_ = now;
  return came_back ? Event::kCameBack : Event::kSettled;
}

}  // namespace replog
