#pragma once

#include "server/metrics/metric.h"
#include "storage/model/log_store.h"

namespace replog {

// RocksDB, as far as it tells an operator something.
class StoreMetrics final : public MetricSource {
 public:
  // `store` must outlive it.
  explicit StoreMetrics(LogStore& store) : store_(store) {}

  std::vector<Metric> Metrics() const override;
  void Collect(Scrape& scrape) const override;

 private:
  LogStore& store_;
};

}  // namespace replog
