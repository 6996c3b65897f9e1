#include "base/clock.h"

#include <chrono>

namespace replog {
namespace {

template <typename ClockType>
int64_t MicrosNow() {
  using std::chrono::duration_cast;
  return duration_cast<std::chrono::microseconds>(ClockType::now().time_since_epoch()).count();
}

class RealClock final : public Clock {
 public:
  int64_t WallMicros() override { return MicrosNow<std::chrono::system_clock>(); }
  int64_t MonotonicMicros() override { return MicrosNow<std::chrono::steady_clock>(); }
};

}  // namespace

Clock& SystemClock() {
  static RealClock clock;
  return clock;
}

}  // namespace replog
