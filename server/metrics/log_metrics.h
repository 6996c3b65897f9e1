#pragma once

#include "server/core/log_registry.h"
#include "server/metrics/metric.h"

namespace replog {

// What each log does. The series of a log are gone when it is deleted.
class LogMetrics final : public MetricSource {
 public:
  // A server may have more logs than a time-series database should have to keep apart.
  static constexpr size_t kMaxLogs = 1'000;

  // `logs` must outlive it. Of the logs by name the first `max_logs` have series of their own.
  explicit LogMetrics(const LogRegistry& logs, size_t max_logs = kMaxLogs)
      : logs_(logs), max_logs_(max_logs) {}

  std::vector<Metric> Metrics() const override;
  void Collect(Scrape& scrape) const override;

 private:
  const LogRegistry& logs_;
  const size_t max_logs_;
};

}  // namespace replog
