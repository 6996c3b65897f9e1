#include "server/core/timer_queue.h"

#include <gtest/gtest.h>

#include <future>
#include <vector>

#include "tests/server/core/manual_clock.h"

namespace replog {
namespace {

using testing::ManualClock;

struct RecordingTimer final : Timed {
  int64_t OnTime(int64_t now_us) override {
    calls.push_back(now_us);
    return again_in_us == 0 ? 0 : now_us + again_in_us;
  }
  std::vector<int64_t> calls;
  int64_t again_in_us = 0;
};

class TimerQueueTest : public ::testing::Test {
 protected:
  std::shared_ptr<RecordingTimer> At(int64_t at_us) {
    auto timer = std::make_shared<RecordingTimer>();
    timers_.Schedule(at_us, timer);
    return timer;
  }
  void RunAt(int64_t now_us) {
    clock_.monotonic_us = now_us;
    timers_.RunDue();
  }
  ManualClock clock_;
  TimerQueue timers_{clock_, TimerQueue::Drive::kByHand};
};

using List = std::vector<int64_t>;

TEST_F(TimerQueueTest, CallsWhatIsDueAndNothingElse) {
  const auto early = At(2'000'000);
  const auto late = At(3'000'000);
  RunAt(1'999'999);
  EXPECT_EQ(early->calls, List{});
  RunAt(2'000'000);
  EXPECT_EQ(early->calls, List{2'000'000});
  EXPECT_EQ(late->calls, List{});
  RunAt(9'000'000);
  EXPECT_EQ(early->calls.size(), 1u) << "once, as it asked for no more";
  EXPECT_EQ(late->calls, List{9'000'000});
}

TEST_F(TimerQueueTest, CallsAgainWhenItWasAskedTo) {
  const auto timer = At(2'000'000);
  timer->again_in_us = 10;
  RunAt(2'000'000);
  RunAt(2'000'009);
  EXPECT_EQ(timer->calls.size(), 1u);
  RunAt(2'000'010);
  EXPECT_EQ(timer->calls, (List{2'000'000, 2'000'010}));
}

TEST_F(TimerQueueTest, ForgetsWhatIsGone) {
  auto timer = At(2'000'000);
  const std::weak_ptr<RecordingTimer> weak = timer;
  timer.reset();
  EXPECT_TRUE(weak.expired()) << "the queue keeps nothing alive";
  RunAt(2'000'000);
}

struct PromiseTimer final : Timed {
  int64_t OnTime(int64_t) override {
    called.set_value();
    return 0;
  }
  std::promise<void> called;
};

TEST(TimerQueueThread, CallsByItself) {
  TimerQueue timers(SystemClock());
  const auto far = std::make_shared<PromiseTimer>();
  const auto near = std::make_shared<PromiseTimer>();
  timers.Schedule(SystemClock().MonotonicMicros() + 3'600'000'000, far);
  timers.Schedule(SystemClock().MonotonicMicros() + 1000, near);
  near->called.get_future().get();
  EXPECT_EQ(far->called.get_future().wait_for(std::chrono::seconds(0)), std::future_status::timeout);
}

}  // namespace
}  // namespace replog
