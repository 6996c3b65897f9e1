#include "client/backoff.h"

#include <gtest/gtest.h>

#include <set>

namespace replog::client {
namespace {

using std::chrono::milliseconds;

constexpr BackoffOptions kOptions{milliseconds(100), milliseconds(1'000), 2.0};

TEST(Backoff, WaitsStayBelowABoundThatDoublesUpToTheMaximum) {
  for (uint64_t seed = 0; seed < 50; ++seed) {
    Backoff backoff(kOptions, seed);
    for (const int bound : {100, 200, 400, 800, 1'000, 1'000}) {
      const milliseconds wait = backoff.Next();
      EXPECT_GE(wait.count(), 0);
      EXPECT_LE(wait.count(), bound);
    }
  }
}

TEST(Backoff, WaitsDifferBetweenClients) {
  std::set<int64_t> waits;
  for (uint64_t seed = 0; seed < 50; ++seed) waits.insert(Backoff(kOptions, seed).Next().count());
  EXPECT_GT(waits.size(), 10u);
}

TEST(Backoff, NeverComesBeforeTheServerAskedFor) {
  Backoff backoff(kOptions, 1);
  const milliseconds wait = backoff.Next(milliseconds(5'000));
  EXPECT_GE(wait.count(), 5'000);
  EXPECT_LE(wait.count(), 5'100);
}

TEST(Backoff, ResetBringsTheFirstBoundBack) {
  for (uint64_t seed = 0; seed < 50; ++seed) {
    Backoff backoff(kOptions, seed);
    for (int i = 0; i < 10; ++i) backoff.Next();
    backoff.Reset();
    EXPECT_LE(backoff.Next().count(), 100);
  }
}

}  // namespace
}  // namespace replog::client
