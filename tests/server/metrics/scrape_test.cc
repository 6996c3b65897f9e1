#include "server/metrics/scrape.h"

#include <gmock/gmock.h>

namespace replog {
namespace {

using ::testing::HasSubstr;

constexpr Metric kGauge{"g", MetricType::Gauge, "log,node", "How many."};
constexpr Metric kCounter{"c_total", MetricType::Counter, "", "How often."};
constexpr Metric kHistogram{"h_seconds", MetricType::Histogram, "", "How long."};

TEST(ScrapeTest, TellsOfAMetricThatHasNoValueNow) {
  Scrape scrape;
  scrape.Declare(kCounter);
  scrape.Declare(kCounter);
  EXPECT_EQ(scrape.Text(), "# HELP c_total How often.\n# TYPE c_total counter\n");
}

TEST(ScrapeTest, NamesAreEscaped) {
  Scrape scrape;
  scrape.Declare(kGauge);
  scrape.Add(kGauge, 1.5, {"a\"b\\c\nd", "ä"});
  EXPECT_THAT(scrape.Text(), HasSubstr("g{log=\"a\\\"b\\\\c\\nd\",node=\"ä\"} 1.5\n"));
}

TEST(ScrapeTest, AHistogramIsCumulativeAndInTheMetricsUnit) {
  constexpr std::array<uint64_t, 2> kBounds = {100, 300};
  Histogram histogram(kBounds);
  for (const uint64_t value : {50, 150, 300, 400}) histogram.Add(value);
  Scrape scrape;
  scrape.Declare(kHistogram);
  scrape.Add(kHistogram, histogram.Read(), 1e6);
  EXPECT_THAT(scrape.Text(), HasSubstr("h_seconds_count 4\n"
                                       "h_seconds_sum 0.0009\n"));
  for (const char* bucket : {"{le=\"0.0001\"} 1\n", "{le=\"0.0003\"} 3\n", "{le=\"+Inf\"} 4\n"})
    EXPECT_THAT(scrape.Text(), HasSubstr(bucket));
}

TEST(ScrapeDeathTest, WhatIsNotDeclaredAsItIsUsedEndsTheProcess) {
  Scrape scrape;
  EXPECT_DEATH(scrape.Add(kCounter, 1), "c_total is not declared");
  scrape.Declare(kGauge);
  EXPECT_DEATH(scrape.Add(kGauge, 1, {"one label of two"}), "g is not declared as it is used");
}

}  // namespace
}  // namespace replog
