#include "server/auth/token_bucket.h"

#include <gtest/gtest.h>

#include <random>

using namespace replog;

namespace {

constexpr int64_t kSecond = 1'000'000;

bool TakeIfAllowed(TokenBucket& bucket, uint64_t cost, int64_t now_us) {
  if (!bucket.Allows(cost, now_us)) return false;
  bucket.Take(cost);
  return true;
}

TEST(TokenBucket, LetsASecondsWorthThroughAtOnceAndThenTheRate) {
  TokenBucket bucket(10, 0);
  for (int i = 0; i < 10; ++i) EXPECT_TRUE(TakeIfAllowed(bucket, 1, 0));
  EXPECT_FALSE(TakeIfAllowed(bucket, 1, 0));
  EXPECT_FALSE(TakeIfAllowed(bucket, 1, kSecond / 10 - 1'000));
  EXPECT_TRUE(TakeIfAllowed(bucket, 1, kSecond / 10));
  EXPECT_FALSE(TakeIfAllowed(bucket, 1, kSecond / 10));
}

TEST(TokenBucket, WhatIsLargerThanASecondsWorthPassesOnceAndIsPaidFor) {
  TokenBucket bucket(100, 0);
  EXPECT_TRUE(TakeIfAllowed(bucket, 1'000, 0));
  EXPECT_FALSE(TakeIfAllowed(bucket, 1, 9 * kSecond));
  EXPECT_TRUE(TakeIfAllowed(bucket, 1, 9 * kSecond + kSecond / 100));
}

TEST(TokenBucket, WithoutALimitEverythingPasses) {
  TokenBucket bucket(0, 0);
  EXPECT_TRUE(TakeIfAllowed(bucket, UINT64_MAX, 0));
  EXPECT_TRUE(TakeIfAllowed(bucket, UINT64_MAX, 0));
}

TEST(TokenBucket, NeverLetsMoreThroughThanTheRateAndOneBurst) {
  std::minstd_rand random(3);
  TokenBucket bucket(50, 0);
  int64_t now_us = 0;
  uint64_t passed = 0;
  for (int i = 0; i < 20'000; ++i) {
    now_us += random() % 30'000;
    const uint64_t cost = random() % 5;
    if (TakeIfAllowed(bucket, cost, now_us)) passed += cost;
    EXPECT_LE(passed, 50 + 50 * static_cast<double>(now_us) / kSecond + 1e-3);
  }
  EXPECT_GE(passed, 49 * static_cast<double>(now_us) / kSecond * 0.9) << "and not much less either";
}

}  // namespace
