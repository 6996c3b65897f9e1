#pragma once

#include <chrono>
#include <optional>
#include <random>

namespace replog::client {

struct BackoffOptions {
  // The longest first wait.
  std::chrono::milliseconds initial{50};
  // No wait is longer, unless the server asks for it.
  std::chrono::milliseconds max{5'000};
  // How the longest wait grows from one attempt to the next.
  double multiplier = 2.0;
};

// How long to wait before the next attempt: a random part of a bound that grows ("full jitter"), so that
// clients that lost the same server do not come back all at once.
//
// Thread Safety: none.
class Backoff {
 public:
  Backoff(const BackoffOptions& options, uint64_t seed);

  // The wait before the next attempt, and the bound grows. `at_least` is what the server asked for
  // (RetryInfo): the wait is then that and a random part of the bound.
  std::chrono::milliseconds Next(std::optional<std::chrono::milliseconds> at_least = {});
  // After a success: the bound is the initial one again.
  void Reset() { bound_ = options_.initial; }

 private:
  BackoffOptions options_;
  std::chrono::milliseconds bound_;
  std::mt19937_64 random_;
};

}  // namespace replog::client
