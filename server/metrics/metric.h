#pragma once

#include <prometheus/metric_type.h>

#include <vector>

namespace replog {

using MetricType = prometheus::MetricType;

// What a metric is called and means. All are constants: the reference page is made from them.
struct Metric {
  const char* name;  // replog_…, in base units
  MetricType type;
  const char* labels;  // their names, parted by commas
  const char* help;    // one line, for people
};

// A metric that is one number of a Subject.
template <typename Subject>
struct MetricRow {
  Metric metric;
  double (*value)(const Subject& subject);
};

template <typename Rows>
void AppendMetrics(const Rows& rows, std::vector<Metric>& metrics) {
  for (const auto& row : rows) metrics.push_back(row.metric);
}

class Scrape;

// Something that has metrics. Thread-safe.
class MetricSource {
 public:
  virtual ~MetricSource() = default;
  // Every metric that Collect may add to.
  virtual std::vector<Metric> Metrics() const = 0;
  virtual void Collect(Scrape& scrape) const = 0;
};

}  // namespace replog
