#include "client/backoff.h"

#include <algorithm>

namespace replog::client {

Backoff::Backoff(const BackoffOptions& options, uint64_t seed)
    : options_(options), bound_(options.initial), random_(seed) {}

std::chrono::milliseconds Backoff::Next(std::optional<std::chrono::milliseconds> at_least) {
  std::uniform_int_distribution<int64_t> part(0, std::max<int64_t>(bound_.count(), 0));
  const std::chrono::milliseconds jitter(part(random_));
  const auto grown = static_cast<int64_t>(static_cast<double>(bound_.count()) * options_.multiplier);
  bound_ = std::min(std::chrono::milliseconds(grown), options_.max);
  return at_least.value_or(std::chrono::milliseconds(0)) + jitter;
}

}  // namespace replog::client
