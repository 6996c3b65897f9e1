#pragma once

#include <memory>
#include <string>
#include <vector>

#include "server/core/log_service.h"
#include "server/metrics/metric.h"
#include "server/metrics/request_metrics.h"

namespace replog {

// All metrics of a server. A scrape reads what the server counts anyway and takes no lock for long.
// Thread-safe.
class MetricsPage {
 public:
  // `service` and what `requests` refers to must outlive it.
  explicit MetricsPage(LogService& service, RequestMetrics::Sources requests = {});

  // The answer to a scrape, in Prometheus' text format 0.0.4.
  std::string Text() const;
  // All metrics for people, in Markdown: docs/metrics.md.
  std::string Reference() const;

 private:
  void Add(std::unique_ptr<MetricSource> source) { sources_.push_back(std::move(source)); }

  std::vector<std::unique_ptr<MetricSource>> sources_;
};

// The content type of Text.
inline constexpr std::string_view kMetricsContentType = "text/plain; version=0.0.4; charset=utf-8";

}  // namespace replog
