#pragma once

#include "server/core/node_registry.h"
#include "server/metrics/metric.h"

namespace replog {

// How far the nodes are.
class NodeMetrics final : public MetricSource {
 public:
  // Fleets come and go, and every node that has a name once is known until it is forgotten.
  static constexpr size_t kMaxNodes = 1'000;

  // Both must outlive it. Of the nodes by log and name the first `max_nodes` have series of their own; what
  // is told of each log is of all of them.
  NodeMetrics(const LogRegistry& logs, NodeRegistry& nodes, size_t max_nodes = kMaxNodes)
      : logs_(logs), nodes_(nodes), max_nodes_(max_nodes) {}

  std::vector<Metric> Metrics() const override;
  void Collect(Scrape& scrape) const override;

 private:
  const LogRegistry& logs_;
  NodeRegistry& nodes_;
  const size_t max_nodes_;
};

}  // namespace replog
