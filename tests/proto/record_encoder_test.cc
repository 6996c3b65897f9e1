#include "proto/wire/record_encoder.h"

#include <google/protobuf/util/message_differencer.h>
#include <gtest/gtest.h>

#include <random>

#include "replog/v1/replication_log.pb.h"
#include "tests/proto/random_record.h"

namespace replog {
namespace {

using google::protobuf::util::MessageDifferencer;

constexpr int64_t kTimeUs = 1'700'000'000'123'456;

// What a subscriber's generated code makes of one stamped record.
v1::SubscribeResponse Stamped(int64_t time_us, uint64_t sequence, const v1::NewRecord& record) {
  std::string bytes;
  wire::RecordStamp(time_us).AppendRecord(bytes, sequence, record.SerializeAsString());
  v1::SubscribeResponse response;
  EXPECT_TRUE(response.ParseFromString(bytes));
  return response;
}

TEST(RecordStamp, MakesTheRecordThatIsBuiltTheOrdinaryWay) {
  std::mt19937 random(3);
  for (int round = 0; round < 2'000; ++round) {
    const v1::NewRecord record = RandomNewRecord(random);
    const uint64_t sequence = uint64_t{random()} << (random() % 32);
    const int64_t time_us = kTimeUs + random();
    const v1::SubscribeResponse response = Stamped(time_us, sequence, record);
    ASSERT_EQ(response.records_size(), 1);
    EXPECT_TRUE(MessageDifferencer::Equals(response.records(0), AsRecord(record, sequence, time_us)))
        << response.records(0).ShortDebugString();
  }
}

TEST(RecordStamp, ShowsSequenceZero) {
  v1::NewRecord record;
  record.set_channel("a");
  const v1::SubscribeResponse response = Stamped(kTimeUs, 0, record);
  ASSERT_EQ(response.records_size(), 1);
  EXPECT_TRUE(response.records(0).has_sequence());
  EXPECT_EQ(response.records(0).sequence(), 0u);
}

TEST(RecordStamp, HoldsEveryTimeToTheMicrosecond) {
  v1::NewRecord record;
  record.set_channel("a");
  for (const int64_t time_us : {int64_t{0}, int64_t{1}, int64_t{999'999}, int64_t{1'000'000}, kTimeUs}) {
    const v1::Record made = Stamped(time_us, 1, record).records(0);
    EXPECT_TRUE(made.has_time());
    EXPECT_EQ(made.time().seconds() * 1'000'000 + made.time().nanos() / 1'000, time_us);
  }
}

TEST(RecordStamp, AddsNoMoreThanItSays) {
  for (const size_t size : {size_t{0}, size_t{127}, size_t{1} << 20}) {
    const std::string new_record(size, 'x');
    std::string bytes;
    // The largest sequence and time of any use: 64 bits, and the year 9999.
    wire::RecordStamp(253'402'300'799'999'999).AppendRecord(bytes, UINT64_MAX, new_record);
    EXPECT_LE(bytes.size() - size, wire::RecordStamp::kMaxOverhead) << size;
  }
}

// The one idea of the design: chunks are concatenated into a response, with the server's own fields after
// them.
TEST(RecordStamp, ConcatenatesToOneResponse) {
  std::mt19937 random(5);
  v1::SubscribeResponse ordinary;
  std::string bytes;
  const wire::RecordStamp stamp(kTimeUs);
  for (uint64_t sequence = 100; sequence < 150; ++sequence) {
    const v1::NewRecord record = RandomNewRecord(random);
    *ordinary.add_records() = AsRecord(record, sequence, kTimeUs);
    stamp.AppendRecord(bytes, sequence, record.SerializeAsString());
  }
  ordinary.set_next_sequence(150);
  wire::AppendVarintField(bytes, v1::SubscribeResponse::kNextSequenceFieldNumber, 150);
  v1::SubscribeResponse parsed;
  ASSERT_TRUE(parsed.ParseFromString(bytes));
  EXPECT_TRUE(MessageDifferencer::Equals(parsed, ordinary));
}

TEST(AppendHeader, WritesAMapEntry) {
  std::string bytes;
  const std::string longer(200, 'v');
  wire::AppendHeader(bytes, "user", "ann");
  wire::AppendHeader(bytes, "", longer);
  v1::NewRecord record;
  ASSERT_TRUE(record.ParseFromString(bytes));
  EXPECT_EQ(record.headers().size(), 2u);
  EXPECT_EQ(record.headers().at("user"), "ann");
  EXPECT_EQ(record.headers().at(""), longer);
}

}  // namespace
}  // namespace replog
