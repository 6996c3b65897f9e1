#pragma once

#include <prometheus/metric_family.h>

#include <string>
#include <string_view>
#include <vector>

#include "absl/container/flat_hash_map.h"
#include "base/histogram.h"
#include "server/metrics/metric.h"

namespace replog {

// Gathers the answer to one scrape. Not thread-safe.
class Scrape {
 public:
  // Values of a metric's labels, in their order.
  using Labels = std::vector<std::string_view>;

  // Makes room for a metric, which is told of even when it has no value now. Again: without effect.
  void Declare(const Metric& metric);

  // The metric must have been declared, and `labels` be as many as it has.
  void Add(const Metric& metric, double value, const Labels& labels = {});
  // `per_unit`: how many of the histogram's units make one of the metric's; a division keeps the bounds
  // round.
  void Add(const Metric& metric, const Histogram::Reading& histogram, double per_unit,
           const Labels& labels = {});

  // In the text format 0.0.4.
  std::string Text() const;

 private:
  prometheus::ClientMetric& AddSeries(const Metric& metric, const Labels& labels);

  std::vector<prometheus::MetricFamily> families_;
  absl::flat_hash_map<std::string_view, size_t> places_;  // in families_, by name
};

// For histograms of microseconds.
inline constexpr double kMicrosPerSecond = 1e6;

// Adds what each row says of `subject`.
template <typename Rows, typename Subject>
void AddRows(const Rows& rows, const Subject& subject, Scrape& scrape, const Scrape::Labels& labels = {}) {
  for (const auto& row : rows) scrape.Add(row.metric, row.value(subject), labels);
}

}  // namespace replog
