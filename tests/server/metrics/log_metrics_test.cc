#include "server/metrics/log_metrics.h"

#include "server/metrics/scrape.h"
#include "tests/server/metrics/metrics_fixture.h"

namespace replog {
namespace {

using ::testing::Contains;
using ::testing::ElementsAre;
using ::testing::IsEmpty;
using testing::LinesWith;
using ::testing::SizeIs;
using ::testing::StartsWith;

class LogMetricsTest : public testing::MetricsFixture {
 protected:
  std::string Text(size_t max_logs = LogMetrics::kMaxLogs) {
    const LogMetrics source(service_->logs(), max_logs);
    Scrape scrape;
    for (const Metric& metric : source.Metrics()) scrape.Declare(metric);
    source.Collect(scrape);
    return scrape.Text();
  }
};

TEST_F(LogMetricsTest, CountsWhatWasAppended) {
  const LogPtr log = Create("orders");
  Append(log, 3);
  Append(log, 2);
  ASSERT_TRUE(service_->TrimLog(*log, 1).ok());
  const auto lines = LinesWith(Text(), "log=\"orders\"");
  EXPECT_THAT(lines, Contains("replog_log_appends_total{log=\"orders\"} 2"));
  EXPECT_THAT(lines, Contains("replog_log_records_appended_total{log=\"orders\"} 5"));
  EXPECT_THAT(lines, Contains("replog_log_end_sequence{log=\"orders\"} 5"));
  EXPECT_THAT(lines, Contains("replog_log_first_kept_sequence{log=\"orders\"} 1"));
  EXPECT_THAT(lines, Contains("replog_log_records_removed_total{log=\"orders\"} 1"));
  EXPECT_THAT(lines,
              Contains("replog_log_info{log=\"orders\",uuid=\"" + log->uuid() + "\",durability=\"sync\"} 1"));
}

TEST_F(LogMetricsTest, ADeletedLogsSeriesAreGone) {
  const LogPtr log = Create("short-lived", {.durability = Durability::kOs});
  EXPECT_THAT(LinesWith(Text(), "durability=\"os\""), SizeIs(1));
  ASSERT_TRUE(service_->DeleteLog(log).ok());
  EXPECT_THAT(LinesWith(Text(), "short-lived"), IsEmpty());
}

TEST_F(LogMetricsTest, BeyondTheBoundLogsAreCountedAndNotTold) {
  Create("a");
  Create("b");
  const std::string text = Text(2);  // _system, a, b, default
  EXPECT_THAT(LinesWith(text, "replog_log_end_sequence"),
              ElementsAre(StartsWith("replog_log_end_sequence{log=\"_system\"} "),
                          "replog_log_end_sequence{log=\"a\"} 0"));
  EXPECT_THAT(LinesWith(text, "replog_logs"), ElementsAre("replog_logs 4", "replog_logs_left_out 2"));
}

}  // namespace
}  // namespace replog
