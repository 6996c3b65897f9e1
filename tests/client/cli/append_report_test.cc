#include "client/cli/append_report.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <nlohmann/json.hpp>

namespace replog::cli {
namespace {

using client::AppendFate;
using client::BatchOutcome;
using client::Status;

BatchOutcome Acknowledged(uint64_t index, uint64_t count, uint64_t sequence) {
  return {AppendFate::kAcknowledged, index, count, sequence, {}, {}};
}

BatchOutcome Failed(AppendFate fate, uint64_t index, uint64_t count) {
  return {fate, index, count, 0, {}, Status(client::StatusCode::kUnavailable, "broken")};
}

TEST(AppendReport, CountsWhatWasAcknowledged) {
  AppendReport report;
  report.Add(Acknowledged(0, 10, 100));
  report.Add(Acknowledged(10, 5, 120));
  EXPECT_TRUE(report.all_acknowledged());
  const auto json = nlohmann::json::parse(report.Json(1.5));
  EXPECT_EQ(json["acknowledged"], 15);
  EXPECT_EQ(json["first_sequence"], 100);
  EXPECT_EQ(json["last_sequence"], 124);
  EXPECT_FALSE(json.contains("failures"));
}

TEST(AppendReport, NamesTheLinesOfEachFate) {
  AppendReport report;
  for (uint64_t i = 0; i < 30; ++i) report.SetLine(i, i < 12 ? i + 1 : i + 3);  // lines 13 and 14 were empty
  report.Add(Acknowledged(0, 10, 0));
  report.Add(Failed(AppendFate::kUnknown, 10, 5));
  report.Add(Failed(AppendFate::kUnknown, 15, 5));
  report.Add(Failed(AppendFate::kRejected, 20, 10));
  const auto json = nlohmann::json::parse(report.Json(0));
  EXPECT_EQ(json["acknowledged"], 10);
  EXPECT_EQ(json["unknown"], 10);
  EXPECT_EQ(json["rejected"], 10);
  ASSERT_EQ(json["failures"].size(), 2u);
  EXPECT_EQ(json["failures"][0]["first_line"], 11);
  EXPECT_EQ(json["failures"][0]["last_line"], 22);
  EXPECT_EQ(json["failures"][1]["first_line"], 23);
  EXPECT_EQ(json["failures"][1]["last_line"], 32);
  EXPECT_FALSE(report.all_acknowledged());
  EXPECT_EQ(report.first_failure().message(), "broken");
}

TEST(AppendReport, TellsWhatWasThereBefore) {
  AppendReport report;
  BatchOutcome outcome = Acknowledged(0, 3, 7);
  outcome.places = {{7, true}, {100, false}, {101, false}};
  report.Add(outcome);
  report.Add(Acknowledged(3, 2, 102));
  const auto json = nlohmann::json::parse(report.Json(1));
  EXPECT_EQ(json["acknowledged"], 5);
  EXPECT_EQ(json["duplicates"], 1);
  EXPECT_EQ(json["first_sequence"], 100);
  EXPECT_EQ(json["last_sequence"], 103);
  EXPECT_THAT(report.Human(1),
              testing::StartsWith("appended 4 records, sequences 100 to 103; 1 were there before"));
}

TEST(AppendReport, OfNothingButDuplicatesHasNoSequences) {
  AppendReport report;
  BatchOutcome outcome = Acknowledged(0, 1, 7);
  outcome.places = {{7, true}};
  report.Add(outcome);
  EXPECT_FALSE(nlohmann::json::parse(report.Json(1)).contains("first_sequence"));
  EXPECT_THAT(report.Human(1), testing::StartsWith("appended 0 records; 1 were there before"));
}

BatchOutcome Placed(uint64_t index, std::vector<client::RecordPlace> places) {
  BatchOutcome outcome = Acknowledged(index, places.size(), 0);
  outcome.places = std::move(places);
  return outcome;
}

TEST(AppendReport, NamesLinesWhoseIdAnEarlierLineHas) {
  AppendReport report;
  for (uint64_t i = 0; i < 9; ++i) report.SetLine(i, i + 11);
  report.Add(Placed(0, {{5, true}, {7, true}}));
  EXPECT_EQ(report.LinesOfUsedIds(), "") << "an import that is repeated";
  report.Add(Placed(2, {{100, false}, {client::kUnknownSequence, true}, {100, true}}));
  EXPECT_EQ(report.LinesOfUsedIds(), "line 15");
  report.Add(Acknowledged(5, 2, 200));
  report.Add(Placed(7, {{201, true}, {5, true}}));
  EXPECT_EQ(report.LinesOfUsedIds(), "lines 15, 18 and 19");
}

TEST(AppendReport, NamesNoMoreThanAHundredLines) {
  AppendReport report;
  report.Add(Placed(0, std::vector<client::RecordPlace>(150, {7, true})));
  EXPECT_THAT(report.LinesOfUsedIds(), testing::EndsWith(", 100, 101 and 49 more"));
  EXPECT_EQ(nlohmann::json::parse(report.Json(1))["used_ids"], 149);
}

}  // namespace
}  // namespace replog::cli
