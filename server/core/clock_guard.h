#pragma once

#include <cstdint>

namespace replog {

// Watches the wall clock by the monotonic one, and decides whether what removes data by time may believe it.
//
// A forward jump would make everything look old at once. When the wall clock gains more than `max_jump_us` on
// the monotonic clock between two looks it is not believed any more, until
//   - it came back to where the monotonic clock says that it should be, or
//   - it has run evenly for `settle_us`: the jump was right (a machine that slept, a clock that was set), or
//   - the server is started again: at its start a clock is believed, because a jump cannot be told from the
//     time that the server was down.
// A jump back is believed at once: it makes nothing look older. Pure; not thread-safe.
class ClockGuard {
 public:
  struct Options {
    int64_t max_jump_us = 60'000'000;
    int64_t settle_us = 3'600'000'000;
  };
  enum class State : uint8_t {
    kBelieved,  // → kDoubted when it jumps forward
    kDoubted,   // → kBelieved when it came back or has settled
  };
  enum class Event : uint8_t { kNone, kJumped, kCameBack, kSettled };
  // The two clocks, read at one moment.
  struct Reading {
    int64_t wall_us = 0;
    int64_t monotonic_us = 0;
  };

  ClockGuard(const Options& options, const Reading& now) : options_(options), believed_(now), last_(now) {}

  // What this reading changes. A jump is found however long ago the last look was, but one that is undone
  // between two looks is not.
  Event Look(const Reading& now);

  State state() const { return state_; }
  // How far the wall clock is ahead of where it should be, at the last look; 0 or so while it is believed.
  int64_t ahead_us() const { return Gained(believed_, last_); }

 private:
  // What the wall clock gained on the monotonic one.
  static int64_t Gained(const Reading& from, const Reading& to) {
    return (to.wall_us - from.wall_us) - (to.monotonic_us - from.monotonic_us);
  }
  Event LookDoubted(const Reading& now, int64_t step_us);

  const Options options_;
  State state_ = State::kBelieved;
  Reading believed_;           // the newest that was believed
  Reading last_;               // the newest
  int64_t even_since_us_ = 0;  // monotonic; while it is doubted
};

}  // namespace replog
