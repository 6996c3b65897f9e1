#include "server/rpc/convert.h"

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
  const auto same = MergeSettings(v1::LogSettings(), current);
  EXPECT_EQ(same->durability, Durability::kOs);
  EXPECT_EQ(same->retention_age_us, 5'000'000);
  EXPECT_EQ(same->retention_bytes, 2u << 20);
  EXPECT_EQ(same->retention_records, 3u);
  v1::LogSettings none;
  none.mutable_retention_age();
  none.set_retention_bytes(0);
  EXPECT_EQ(MergeSettings(none, current)->retention_age_us, 0);
  EXPECT_EQ(MergeSettings(none, current)->retention_bytes, 0u);
}

}  // namespace
}  // namespace replog
