#include "server/api/convert.h"

#include <gtest/gtest.h>

#include "base/error.h"

namespace replog {
namespace {

google::protobuf::Timestamp Time(int64_t seconds, int32_t nanos) {
  google::protobuf::Timestamp time;
  time.set_seconds(seconds);
  time.set_nanos(nanos);
  return time;
}

TEST(Convert, ATimeIsRoundedUpToTheMicrosecond) {
  EXPECT_EQ(*ToMicros(Time(1, 0), "t"), 1'000'000);
  EXPECT_EQ(*ToMicros(Time(1, 1), "t"), 1'000'001);
  EXPECT_EQ(*ToMicros(Time(1, 1000), "t"), 1'000'001);
  EXPECT_EQ(*ToMicros(Time(-1, 500'000'000), "t"), -500'000);
}

TEST(Convert, ATimeOutsideItsRangeIsRefused) {
  for (const auto& time :
       {Time(253402300800, 0), Time(-62135596801, 0), Time(0, -1), Time(0, 1'000'000'000)}) {
    EXPECT_EQ(ReasonOf(ToMicros(time, "t").status()), Reason::kInvalidField) << time.DebugString();
  }
}

TEST(Convert, ATimestampComesBackAsItWas) {
  google::protobuf::Timestamp time;
  FillTimestamp(1'700'000'000'123'456, time);
  EXPECT_EQ(time.seconds(), 1'700'000'000);
  EXPECT_EQ(time.nanos(), 123'456'000);
  EXPECT_EQ(*ToMicros(time, "t"), 1'700'000'000'123'456);
}

TEST(Convert, APositionComesBackAsItWas) {
  v1::Position message;
  FillPosition({"uuid", 2, 3, 0}, message);
  EXPECT_TRUE(message.has_next_sequence()) << "also when it is 0";
  const Position position = ToPosition(message);
  EXPECT_EQ(position.log_uuid, "uuid");
  EXPECT_EQ(position.lineage, 2u);
  EXPECT_EQ(position.epoch, 3u);
  EXPECT_EQ(position.next_sequence, 0u);
}

TEST(Convert, AnAppendsAnswerHasAllOfIt) {
  v1::AppendResponse response;
  FillAppendResponse({10, 3, {}, 5'000'001, {"uuid", 0, 7, 13}, Durability::kOs}, response);
  EXPECT_EQ(response.first_sequence(), 10u);
  EXPECT_EQ(response.last_sequence(), 12u);
  EXPECT_EQ(response.results_size(), 0);
  EXPECT_EQ(response.position().epoch(), 7u);
  EXPECT_EQ(response.durability(), v1::DURABILITY_OS);
  EXPECT_EQ(response.time().nanos(), 1000);
  EXPECT_FALSE(response.has_producer_next_sequence());
}

TEST(Convert, AnAnswerSaysWhatWasNotWrittenAndWhy) {
  using Kind = RecordOutcome::Kind;
  v1::AppendResponse response;
  FillAppendResponse({10,
                      1,
                      {{Kind::kDuplicate, 0, {}},
                       {Kind::kDuplicate, {}, {}},
                       {Kind::kStale, 7, 3},
                       {Kind::kStale, 8, {}},
                       {Kind::kAppended, 10, {}}},
                      5'000'000,
                      {"uuid", 0, 7, 11},
                      Durability::kSync,
                      0},
                     response);
  ASSERT_EQ(response.results_size(), 5);
  EXPECT_EQ(response.results(0).outcome(), v1::AppendResult::DUPLICATE);
  EXPECT_TRUE(response.results(0).has_sequence());
  EXPECT_FALSE(response.results(1).has_sequence()) << "not known, which is not 0";
  EXPECT_EQ(response.results(2).outcome(), v1::AppendResult::STALE);
  EXPECT_EQ(response.results(2).version(), 3u);
  EXPECT_FALSE(response.results(3).has_version());
  EXPECT_EQ(response.results(4).sequence(), 10u);
  EXPECT_TRUE(response.has_producer_next_sequence());
}

TEST(Convert, AnAnswerOfWhichNothingWasWrittenGivesNoSequencesAndNoTime) {
  v1::AppendResponse response;
  FillAppendResponse(
      {10, 0, {{RecordOutcome::Kind::kDuplicate, 3, {}}}, 5, {"uuid", 0, 7, 4}, Durability::kSync, 4},
      response);
  EXPECT_FALSE(response.has_first_sequence());
  EXPECT_FALSE(response.has_time());
  EXPECT_EQ(response.producer_next_sequence(), 4u);
}

TEST(Convert, NoStartIsTheBeginningOrWhateverThePageSays) {
  EXPECT_TRUE(std::holds_alternative<FromBeginning>(*ToStart(v1::SubscribeRequest())));
  EXPECT_FALSE(ToStart(v1::ReadRequest())->has_value());
}

TEST(Convert, SettingsThatAreAbsentStay) {
  LogSettings current;
  current.durability = Durability::kOs;
  current.retention_age_us = 5'000'000;
  current.retention_bytes = 2 << 20;
  current.retention_records = 3;
  current.dedupe_window_us = 4'000'000;
  const auto same = MergeSettings(v1::LogSettings(), current);
  EXPECT_EQ(same->durability, Durability::kOs);
  EXPECT_EQ(same->retention_age_us, 5'000'000);
  EXPECT_EQ(same->retention_bytes, 2u << 20);
  EXPECT_EQ(same->retention_records, 3u);
  EXPECT_EQ(same->dedupe_window_us, 4'000'000);
  v1::LogSettings none;
  none.mutable_retention_age();
  none.set_retention_bytes(0);
  EXPECT_EQ(MergeSettings(none, current)->retention_age_us, 0);
  EXPECT_EQ(MergeSettings(none, current)->retention_bytes, 0u);
}

TEST(Convert, ADedupeWindowHasItsRange) {
  const auto merge = [](int64_t seconds, int32_t nanos = 0) {
    v1::LogSettings settings;
    settings.mutable_dedupe_window()->set_seconds(seconds);
    settings.mutable_dedupe_window()->set_nanos(nanos);
    return MergeSettings(settings, LogSettings());
  };
  EXPECT_EQ(merge(0)->dedupe_window_us, 0) << "off";
  EXPECT_EQ(merge(1)->dedupe_window_us, 1'000'000);
  EXPECT_EQ(merge(604'800)->dedupe_window_us, kMaxDedupeWindowUs);
  const auto expect_refused = [](const absl::Status& status) {
    EXPECT_EQ(ReasonOf(status), Reason::kInvalidField) << status;
    EXPECT_EQ(MetadataOf(status)[0],
              (std::pair<std::string, std::string>("field", "settings.dedupe_window")));
  };
  for (const auto& [seconds, nanos] : std::vector<std::pair<int64_t, int32_t>>{{604'800, 1000},
                                                                               {604'801, 0},
                                                                               {INT64_MAX, 0},
                                                                               {-1, 0},
                                                                               {0, -1},
                                                                               {0, 1},
                                                                               {0, 999'999'999},
                                                                               {0, 1'000'000'000}}) {
    expect_refused(merge(seconds, nanos).status());
  }
}

TEST(Convert, AnAgeThatIsTooShortIsNotTakenForNone) {
  v1::LogSettings settings;
  settings.mutable_retention_age()->set_nanos(1);
  EXPECT_EQ(ReasonOf(MergeSettings(settings, LogSettings()).status()), Reason::kInvalidField);
}

}  // namespace
}  // namespace replog
