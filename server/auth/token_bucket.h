#pragma once

#include <algorithm>
#include <cstdint>

namespace replog {

// Lets through so much in a second, and up to one second's worth at once. What is larger than that passes
// when the bucket is full, and leaves it in debt: so everything passes some time, and the rate holds. Pure:
// it has its time handed in, in microseconds that never go backwards. Not thread-safe.
class TokenBucket {
 public:
  // `per_second` 0: no limit.
  TokenBucket(uint64_t per_second, int64_t now_us)
      : per_second_(static_cast<double>(per_second)), level_(per_second_), at_us_(now_us) {}

  // Whether `cost` may pass now. Takes nothing.
  bool Allows(uint64_t cost, int64_t now_us) {
    Refill(now_us);
    // What is due by now may be a rounding error away.
    constexpr double kSlack = 1e-6;
    return per_second_ == 0 || level_ + kSlack >= std::min(static_cast<double>(cost), per_second_);
  }
  void Take(uint64_t cost) { level_ -= static_cast<double>(cost); }

 private:
  void Refill(int64_t now_us) {
    level_ = std::min(per_second_, level_ + per_second_ * static_cast<double>(now_us - at_us_) / 1e6);
    at_us_ = now_us;
  }

  double per_second_;
  double level_;  // below zero: in debt
  int64_t at_us_;
};

}  // namespace replog
