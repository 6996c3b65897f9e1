#pragma once

#include <functional>

#include "server/core/call_counters.h"
#include "server/metrics/metric.h"

namespace replog {

// What clients ask for, and how that ends.
class RequestMetrics final : public MetricSource {
 public:
  struct Sources {
    const CallCounters* http = nullptr;  // null: HTTP is off
    // When the certificate that is served ends, in microseconds since 1970; empty: there is none.
    std::function<int64_t()> certificate_end_us = {};
  };
  // What the sources refer to must outlive it.
  explicit RequestMetrics(Sources sources) : sources_(std::move(sources)) {}

  std::vector<Metric> Metrics() const override;
  void Collect(Scrape& scrape) const override;

 private:
  const Sources sources_;
};

}  // namespace replog
