#include "server/metrics/node_metrics.h"

#include <algorithm>
#include <array>

#include "server/metrics/scrape.h"

namespace replog {
namespace {

constexpr Metric kNodes{"replog_log_nodes", MetricType::Gauge, "log,state",
                        "Nodes that are known: `replaying`, connected and not caught up yet; `tailing`, "
                        "connected and was caught up; `gone`, not connected."};
constexpr Metric kMaxLag{"replog_log_node_lag_max_records", MetricType::Gauge, "log",
                         "The largest lag of the log's connected nodes."};
constexpr Metric kLag{"replog_node_lag_records", MetricType::Gauge, "log,node,fleet",
                      "Committed records that the node has not applied, as far as it said so."};
constexpr Metric kConnected{"replog_node_connected", MetricType::Gauge, "log,node,fleet",
                            "Whether the node has an open stream."};
constexpr Metric kLeftOut{"replog_nodes_left_out", MetricType::Gauge, "",
                          "Nodes that have no series of their own, because there are too many."};

constexpr std::array<std::string_view, 3> kStates = {"replaying", "tailing", "gone"};  // NodeStatus::State

}  // namespace

std::vector<Metric> NodeMetrics::Metrics() const { return {kNodes, kMaxLag, kLag, kConnected, kLeftOut}; }

void NodeMetrics::Collect(Scrape& scrape) const {
  size_t shown = 0;
  size_t left_out = 0;
  for (const LogPtr& log : logs_.All()) {
    const auto nodes = nodes_.List(*log, "");
    if (nodes.empty()) continue;
    const Sequence end = log->tail().committed_end();
    std::array<size_t, kStates.size()> counts{};
    uint64_t max_lag = 0;
    for (const NodeStatus& node : nodes) {
      const uint64_t lag = end - std::min(end, node.applied.value_or(0));
      const bool connected = node.state != NodeStatus::State::kGone;
      ++counts[static_cast<size_t>(node.state)];
      if (connected) max_lag = std::max(max_lag, lag);
      if (shown == max_nodes_) {
        ++left_out;
        continue;
      }
      ++shown;
      const Scrape::Labels labels{log->name(), node.record.node, node.record.fleet};
      scrape.Add(kLag, double(lag), labels);
      scrape.Add(kConnected, connected ? 1 : 0, labels);
    }
    scrape.Add(kMaxLag, double(max_lag), {log->name()});
    for (size_t i = 0; i < kStates.size(); ++i)
      scrape.Add(kNodes, double(counts[i]), {log->name(), kStates[i]});
  }
  scrape.Add(kLeftOut, double(left_out));
}

}  // namespace replog
