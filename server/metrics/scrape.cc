#include "server/metrics/scrape.h"

#include <prometheus/text_serializer.h>

#include <cstdio>
#include <cstdlib>

#include "absl/strings/str_split.h"

namespace replog {

void Scrape::Declare(const Metric& metric) {
  if (!places_.emplace(metric.name, families_.size()).second) return;
  families_.push_back({metric.name, metric.help, metric.type, {}});
}

prometheus::ClientMetric& Scrape::AddSeries(const Metric& metric, const Labels& labels) {
  const std::vector<std::string> names = absl::StrSplit(metric.labels, ',', absl::SkipEmpty());
  const auto place = places_.find(metric.name);
  if (place == places_.end() || names.size() != labels.size()) {
    // It would be missing in the reference page, or wrong in it.
    std::fprintf(stderr, "metric %s is not declared as it is used\n", metric.name);
    std::abort();
  }
  auto& series = families_[place->second].metric.emplace_back();
  for (size_t i = 0; i < names.size(); ++i) series.label.push_back({names[i], std::string(labels[i])});
  return series;
}

void Scrape::Add(const Metric& metric, double value, const Labels& labels) {
  auto& series = AddSeries(metric, labels);
  if (metric.type == MetricType::Counter) {
    series.counter.value = value;
  } else {
    series.gauge.value = value;
  }
}

void Scrape::Add(const Metric& metric, const Histogram::Reading& histogram, double per_unit,
                 const Labels& labels) {
  auto& out = AddSeries(metric, labels).histogram;
  for (size_t i = 0; i < histogram.bounds.size(); ++i) {
    out.sample_count += histogram.counts[i];
    out.bucket.push_back({out.sample_count, static_cast<double>(histogram.bounds[i]) / per_unit});
  }
  if (!histogram.counts.empty()) out.sample_count += histogram.counts.back();
  out.sample_sum = static_cast<double>(histogram.sum) / per_unit;
}

std::string Scrape::Text() const { return prometheus::TextSerializer().Serialize(families_); }

}  // namespace replog
