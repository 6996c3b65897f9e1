#include "base/histogram.h"

#include <gmock/gmock.h>

#include <numeric>
#include <thread>

namespace replog {
namespace {

using ::testing::ElementsAre;

constexpr std::array<uint64_t, 3> kBounds = {10, 20, 30};

TEST(HistogramTest, AValueBelongsToTheFirstBoundThatItDoesNotExceed) {
  Histogram histogram(kBounds);
  for (const uint64_t value : {0, 10, 11, 20, 30, 31, 1000}) histogram.Add(value);
  const auto reading = histogram.Read();
  EXPECT_THAT(reading.counts, ElementsAre(2, 2, 1, 2));
  EXPECT_EQ(reading.sum, 1102U);
  EXPECT_EQ(reading.bounds.size(), 3U);
}

TEST(HistogramTest, OneAdditionCountsAsOftenAsItSays) {
  Histogram histogram(kBounds);
  histogram.Add(15, 4);
  EXPECT_THAT(histogram.Read().counts, ElementsAre(0, 4, 0, 0));
  EXPECT_EQ(histogram.Read().sum, 60U);
}

TEST(HistogramTest, LosesNothingBetweenThreads) {
  Histogram histogram(kBounds);
  std::vector<std::thread> threads;
  for (int i = 0; i < 4; ++i) {
    threads.emplace_back([&] {
      for (int n = 0; n < 10'000; ++n) histogram.Add(static_cast<uint64_t>(n % 40));
    });
  }
  for (std::thread& thread : threads) thread.join();
  const auto counts = histogram.Read().counts;
  EXPECT_EQ(std::accumulate(counts.begin(), counts.end(), uint64_t{0}), 40'000U);
}

TEST(HistogramTest, TheBoundsAscendAndFit) {
  const auto check = [](std::span<const uint64_t> bounds) {
    EXPECT_LE(bounds.size(), Histogram::kMaxBounds);
    EXPECT_TRUE(std::ranges::is_sorted(bounds));
  };
  check(kLatencyBoundsUs);
  check(kCallBoundsUs);
  check(kCountBounds);
  check(kByteBounds);
}

}  // namespace
}  // namespace replog
