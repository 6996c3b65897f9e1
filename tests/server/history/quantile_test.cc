#include "server/history/quantile.h"

#include <gtest/gtest.h>

#include <cmath>

namespace replog {
namespace {

constexpr std::array<uint64_t, 3> kBounds = {10, 20, 100};

Histogram::Reading Counts(std::vector<uint64_t> counts) { return {kBounds, std::move(counts), 0}; }

TEST(QuantileTest, OfWhatWasAddedBetween) {
  const auto before = Counts({1000, 0, 0, 0});
  const auto now = Counts({1000, 2, 2, 0});
  EXPECT_DOUBLE_EQ(QuantileBetween(before, now, 0.25), 15);
  EXPECT_DOUBLE_EQ(QuantileBetween(before, now, 0.5), 20);
  EXPECT_DOUBLE_EQ(QuantileBetween(before, now, 0.75), 60);
  EXPECT_DOUBLE_EQ(QuantileBetween(before, now, 1), 100);
}

TEST(QuantileTest, NothingBeforeIsAllOfIt) {
  EXPECT_DOUBLE_EQ(QuantileBetween({}, Counts({4, 0, 0, 0}), 0.5), 5);
}

TEST(QuantileTest, WhatExceedsTheLastBoundIsTheLastBound) {
  EXPECT_DOUBLE_EQ(QuantileBetween({}, Counts({1, 0, 0, 99}), 0.99), 100);
}

TEST(QuantileTest, OfNothingIsNotKnown) {
  EXPECT_TRUE(std::isnan(QuantileBetween({}, Counts({0, 0, 0, 0}), 0.5)));
  EXPECT_TRUE(std::isnan(QuantileBetween(Counts({5, 0, 0, 0}), Counts({5, 0, 0, 0}), 0.5)));
}

}  // namespace
}  // namespace replog
