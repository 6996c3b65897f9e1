#include "server/metrics/metrics_page.h"

#include <set>

#include "absl/strings/str_cat.h"
#include "absl/strings/str_replace.h"
#include "server/metrics/log_metrics.h"
#include "server/metrics/node_metrics.h"
#include "server/metrics/process_metrics.h"
#include "server/metrics/scrape.h"
#include "server/metrics/server_metrics.h"
#include "server/metrics/store_metrics.h"

namespace replog {
namespace {

const char* NameOf(MetricType type) {
  switch (type) {
    case MetricType::Counter:
      return "counter";
    case MetricType::Histogram:
      return "histogram";
    default:
      return "gauge";
  }
}

std::string ReferenceHead() {
  return absl::StrCat(
      "# The metrics of replogd\n\n"
      "What `GET /metrics` on the HTTP listener answers, in Prometheus' text format. This page is made from "
      "the code; a test keeps it up to date.\n\n"
      "Counters begin at zero when the server starts. A histogram `x` is read as `x_bucket`, `x_sum` and "
      "`x_count`. The series of a log, of a node or of an alarm are gone with it. At most ",
      LogMetrics::kMaxLogs, " logs and ", NodeMetrics::kMaxNodes,
      " nodes, the first by name, have series of their own; `replog_logs_left_out` and "
      "`replog_nodes_left_out` say how many have not, and `replog_log_nodes` and "
      "`replog_log_node_lag_max_records` are of all nodes of every log that has any.\n\n"
      "| metric | type | labels | meaning |\n|---|---|---|---|\n");
}

}  // namespace

MetricsPage::MetricsPage(LogService& service, RequestMetrics::Sources requests) {
  Add(std::make_unique<ProcessMetrics>());
  Add(std::make_unique<ServerMetrics>(service));
  Add(std::make_unique<LogMetrics>(service.logs()));
  Add(std::make_unique<NodeMetrics>(service.logs(), service.nodes()));
  Add(std::make_unique<StoreMetrics>(service.store()));
  Add(std::make_unique<RequestMetrics>(std::move(requests)));
}

std::string MetricsPage::Text() const {
  Scrape scrape;
  for (const auto& source : sources_) {
    for (const Metric& metric : source->Metrics()) scrape.Declare(metric);
    source->Collect(scrape);
  }
  return scrape.Text();
}

std::string MetricsPage::Reference() const {
  std::string page = ReferenceHead();
  std::set<std::string_view> told;
  for (const auto& source : sources_) {
    for (const Metric& metric : source->Metrics()) {
      if (!told.insert(metric.name).second) continue;
      absl::StrAppend(&page, "| `", metric.name, "` | ", NameOf(metric.type), " | ",
                      absl::StrReplaceAll(metric.labels, {{",", ", "}}), " | ", metric.help, " |\n");
    }
  }
  return page;
}

}  // namespace replog
