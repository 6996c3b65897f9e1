#include "server/metrics/node_metrics.h"

#include "server/metrics/scrape.h"
#include "tests/server/metrics/metrics_fixture.h"

namespace replog {
namespace {

using ::testing::Contains;
using ::testing::ElementsAre;
using ::testing::IsEmpty;
using testing::LinesWith;

class NodeMetricsTest : public testing::MetricsFixture {
 protected:
  std::string Text(size_t max_nodes = NodeMetrics::kMaxNodes) {
    const NodeMetrics source(service_->logs(), service_->nodes(), max_nodes);
    Scrape scrape;
    for (const Metric& metric : source.Metrics()) scrape.Declare(metric);
    source.Collect(scrape);
    return scrape.Text();
  }
  void Acknowledge(const std::string& node, Sequence next) {
    std::promise<absl::Status> done;
    service_->nodes().Acknowledge(log_, node, next, false, [&](const absl::StatusOr<NodeRecord>& answer) {
      done.set_value(answer.status());
    });
    ASSERT_TRUE(done.get_future().get().ok());
  }
  std::shared_ptr<NodeSession> Connect(const std::string& node, const std::string& fleet) {
    auto session = std::make_shared<NodeSession>();
    std::promise<absl::Status> done;
    service_->nodes().Connect(
        log_, {node, fleet, {}}, session,
        [&](const absl::StatusOr<NodeRecord>& answer) { done.set_value(answer.status()); });
    EXPECT_TRUE(done.get_future().get().ok());
    return session;
  }

  const LogPtr log_ = Create("l");
};

TEST_F(NodeMetricsTest, TellsStatesAndLags) {
  Append(log_, 5);
  Acknowledge("gone", 1);
  const auto session = Connect("web-1", "web");
  session->tailing = true;
  session->sent = 5;
  Acknowledge("web-1", 3);
  const std::string text = Text();
  EXPECT_THAT(LinesWith(text, "replog_log_nodes"),
              ElementsAre("replog_log_nodes{log=\"l\",state=\"replaying\"} 0",
                          "replog_log_nodes{log=\"l\",state=\"tailing\"} 1",
                          "replog_log_nodes{log=\"l\",state=\"gone\"} 1"));
  EXPECT_THAT(LinesWith(text, "replog_node_lag_records"),
              ElementsAre("replog_node_lag_records{log=\"l\",node=\"gone\",fleet=\"\"} 4",
                          "replog_node_lag_records{log=\"l\",node=\"web-1\",fleet=\"web\"} 2"));
  EXPECT_THAT(LinesWith(text, "lag_max"), ElementsAre("replog_log_node_lag_max_records{log=\"l\"} 2"));
  EXPECT_THAT(LinesWith(text, "replog_node_connected"),
              Contains("replog_node_connected{log=\"l\",node=\"web-1\",fleet=\"web\"} 1"));
}

TEST_F(NodeMetricsTest, BeyondTheBoundNodesAreCountedAndNotTold) {
  Append(log_, 5);
  for (const char* node : {"a", "b", "c"}) Acknowledge(node, 1);
  const std::string text = Text(2);
  EXPECT_THAT(LinesWith(text, "node=\"c\""), IsEmpty());
  EXPECT_THAT(LinesWith(text, "left_out"), ElementsAre("replog_nodes_left_out 1"));
  EXPECT_THAT(LinesWith(text, "state=\"gone\""), ElementsAre("replog_log_nodes{log=\"l\",state=\"gone\"} 3"));
}

TEST_F(NodeMetricsTest, TheNodesOfADeletedLogAreGone) {
  Append(log_, 1);
  Acknowledge("a", 1);
  ASSERT_TRUE(service_->DeleteLog(log_).ok());
  EXPECT_THAT(LinesWith(Text(), "log=\"l\""), IsEmpty());
}

}  // namespace
}  // namespace replog
