#pragma once

#include <chrono>
#include <random>

namespace replog::client::internal {

// What a holder knows of its term, and when it renews it. All by the holder's own clock: a term that an
// answer told counts from when its request was sent, so it ends no later than the server's.
//
// Knows neither threads nor a clock. Thread Safety: none.
class LeaseTerm {
 public:
  using Duration = std::chrono::milliseconds;
  using TimePoint = std::chrono::steady_clock::time_point;

  // `margin`: how much earlier than the server the holder ends its term; see LeaseOptions.
  LeaseTerm(Duration ttl, Duration margin, uint64_t seed);

  // `remaining` of the term was left when the server answered what was sent at `sent`.
  void Extend(TimePoint sent, Duration remaining);
  // The renewal failed for now: the next follows at `retry`.
  void Failed(TimePoint retry) { renew_at_ = retry; }

  bool held(TimePoint now) const { return now < until_; }
  // When the holder's term ends unless it is extended.
  TimePoint until() const { return until_; }
  // When it is to be renewed: after about a third of the term, so that two more attempts fit into it.
  TimePoint renew_at() const { return renew_at_; }
  // How long an answer is waited for before the next attempt is made.
  Duration attempt_timeout() const { return ttl_ / 6; }

 private:
  const Duration ttl_;
  const Duration margin_;
  std::mt19937_64 random_;
  TimePoint until_;
  TimePoint renew_at_;
};

}  // namespace replog::client::internal
