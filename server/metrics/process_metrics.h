#pragma once

#include "server/metrics/metric.h"

namespace replog {

// The process as Linux sees it, under the names that all programs give these, and which build it is.
class ProcessMetrics final : public MetricSource {
 public:
  std::vector<Metric> Metrics() const override;
  void Collect(Scrape& scrape) const override;
};

}  // namespace replog
