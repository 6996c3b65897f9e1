#include "client/internal/lease_term.h"

#include <gtest/gtest.h>

#include <set>

namespace replog::client::internal {
namespace {

using std::chrono::milliseconds;
using TimePoint = LeaseTerm::TimePoint;

constexpr TimePoint kStart = TimePoint() + std::chrono::hours(1);
TimePoint At(int ms) { return kStart + milliseconds(ms); }
constexpr milliseconds kTtl(10'000);

TEST(LeaseTerm, IsNotHeldBeforeItBegan) { EXPECT_FALSE(LeaseTerm(kTtl, {}, 1).held(At(0))); }

TEST(LeaseTerm, CountsFromWhenTheRequestWasSentAndEndsTheMarginEarly) {
  LeaseTerm term(kTtl, milliseconds(500), 1);
  term.Extend(At(100), kTtl);
  EXPECT_EQ(term.until(), At(100 + 9'500));
  EXPECT_TRUE(term.held(At(9'599)));
  EXPECT_FALSE(term.held(At(9'600)));
}

TEST(LeaseTerm, TheMarginIsAFifthAndAtMostHalf) {
  LeaseTerm usual(kTtl, {}, 1);
  usual.Extend(At(0), kTtl);
  EXPECT_EQ(usual.until(), At(8'000));
  LeaseTerm much(kTtl, milliseconds(9'999), 1);
  much.Extend(At(0), kTtl);
  EXPECT_EQ(much.until(), At(5'000));
}

// Whenever the server has begun the term: its end is not before the holder's.
TEST(LeaseTerm, EndsBeforeTheServersHoweverLongTheAnswerTook) {
  for (const int handled : {0, 1'000, 30'000}) {
    LeaseTerm term(kTtl, {}, 1);
    term.Extend(At(0), kTtl);
    EXPECT_LE(term.until(), At(handled) + kTtl);
  }
}

TEST(LeaseTerm, OfWhichLittleWasLeftIsThatShort) {
  LeaseTerm term(kTtl, {}, 1);
  term.Extend(At(0), milliseconds(3'000));
  EXPECT_EQ(term.until(), At(1'000));
  EXPECT_LE(term.renew_at(), At(1'100));
}

TEST(LeaseTerm, WhatWasGrantedLongAfterItWasAskedForIsToBeRenewedAtOnce) {
  LeaseTerm term(kTtl, {}, 1);
  term.Extend(At(0), kTtl);
  EXPECT_FALSE(term.held(At(60'000)));
  EXPECT_LE(term.renew_at(), At(60'000));
}

TEST(LeaseTerm, AnOlderAnswerDoesNotShortenIt) {
  LeaseTerm term(kTtl, {}, 1);
  term.Extend(At(5'000), kTtl);
  term.Extend(At(1'000), kTtl);
  EXPECT_EQ(term.until(), At(13'000));
}

TEST(LeaseTerm, IsRenewedAfterAboutAThirdNotAllAtOnce) {
  std::set<TimePoint> times;
  for (uint64_t seed = 0; seed < 100; ++seed) {
    LeaseTerm term(kTtl, {}, seed);
    term.Extend(At(0), kTtl);
    EXPECT_GE(term.renew_at(), At(3'000));
    EXPECT_LE(term.renew_at(), At(3'666));
    times.insert(term.renew_at());
  }
  EXPECT_GT(times.size(), 50u);
}

TEST(LeaseTerm, HasTimeForMoreAttemptsWhenOneIsNotAnswered) {
  LeaseTerm term(kTtl, {}, 1);
  term.Extend(At(0), kTtl);
  EXPECT_LT(term.renew_at() + 2 * term.attempt_timeout(), term.until());
  term.Failed(At(7'000));
  EXPECT_EQ(term.renew_at(), At(7'000));
  EXPECT_EQ(term.until(), At(8'000)) << "what is not known to be renewed ends as before";
}

}  // namespace
}  // namespace replog::client::internal
