#include "client/internal/lease_term.h"

#include <algorithm>

namespace replog::client::internal {

LeaseTerm::LeaseTerm(Duration ttl, Duration margin, uint64_t seed)
    : ttl_(ttl), margin_(margin.count() > 0 ? std::min(margin, ttl / 2) : ttl / 5), random_(seed) {}

void LeaseTerm::Extend(TimePoint sent, Duration remaining) {
  until_ = std::max(until_, sent + remaining - margin_);
  // Jitter, a tenth to either side: holders that began together do not renew together for ever.
  const auto third = remaining.count() / 3;
  std::uniform_int_distribution<Duration::rep> jitter(-third / 10, third / 10);
  renew_at_ = sent + Duration(third + jitter(random_));
}

}  // namespace replog::client::internal
