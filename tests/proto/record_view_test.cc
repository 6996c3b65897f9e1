#include "proto/wire/record_view.h"

#include <gmock/gmock.h>
#include <google/protobuf/stubs/logging.h>
#include <gtest/gtest.h>

#include <map>
#include <random>

#include "proto/wire/record_encoder.h"
#include "replog/v1/replication_log.pb.h"
#include "tests/proto/random_record.h"

namespace replog::wire {
namespace {

constexpr int64_t kTimeUs = 1'700'000'000'123'456;

std::map<std::string, std::string> HeadersOf(std::string_view encoded) {
  HeaderReader reader(encoded);
  std::map<std::string, std::string> headers;
  std::string_view name, value;
  while (reader.Next(name, value)) headers.emplace(name, value);
  return headers;
}

RecordView::Body BodyKind(const v1::Record& record) {
  if (record.has_text()) return RecordView::Body::kText;
  return record.has_payload() ? RecordView::Body::kPayload : RecordView::Body::kNone;
}

void ExpectSame(const RecordView& view, const v1::Record& record) {
  EXPECT_EQ(view.sequence, record.sequence());
  EXPECT_EQ(view.time_us, record.time().seconds() * 1'000'000 + record.time().nanos() / 1'000);
  EXPECT_EQ(view.channel, record.channel());
  EXPECT_EQ(view.has_key, record.has_key());
  EXPECT_EQ(view.key, record.key());
  EXPECT_EQ(view.body_kind, BodyKind(record));
  EXPECT_EQ(view.body, record.has_payload() ? record.payload() : record.text());
  EXPECT_EQ(view.deleted, record.deleted());
  EXPECT_EQ(view.version.has_value(), record.has_version());
  EXPECT_EQ(view.version.value_or(0), record.version());
  EXPECT_EQ(view.expires_us.has_value(), record.has_expires());
  EXPECT_EQ(view.expires_us.value_or(0),
            record.expires().seconds() * 1'000'000 + record.expires().nanos() / 1'000);
  EXPECT_EQ(HeadersOf(view.encoded),
            (std::map<std::string, std::string>{record.headers().begin(), record.headers().end()}));
}

TEST(RecordView, ReadsWhatGeneratedCodeReads) {
  std::mt19937 random(17);
  for (int round = 0; round < 2'000; ++round) {
    const v1::Record record = AsRecord(RandomNewRecord(random), random(), kTimeUs + random());
    const std::string encoded = record.SerializeAsString();
    const auto view = DecodeRecord(encoded);
    ASSERT_TRUE(view.has_value());
    ExpectSame(*view, record);
    EXPECT_EQ(ChannelOf(encoded), record.channel());
  }
}

TEST(RecordView, PassesOverFieldsThatItDoesNotKnow) {
  std::mt19937 random(1);
  std::string encoded = AsRecord(RandomNewRecord(random), 4, kTimeUs).SerializeAsString();
  AppendBytesField(encoded, 900, "from a newer server");
  AppendVarintField(encoded, 901, 7);
  const auto view = DecodeRecord(encoded);
  ASSERT_TRUE(view.has_value());
  EXPECT_EQ(view->sequence, 4u);
}

// A cut record is refused, or is what generated code reads of it when the cut falls between two fields.
TEST(RecordView, AgreesWithGeneratedCodeOnEveryCut) {
  const google::protobuf::LogSilencer no_complaints_about_cut_strings;
  std::mt19937 random(23);
  int refused = 0;
  for (int round = 0; round < 50; ++round) {
    const std::string whole = AsRecord(RandomNewRecord(random), random(), kTimeUs).SerializeAsString();
    for (size_t size = 0; size < std::min<size_t>(whole.size(), 400); ++size) {
      const auto view = DecodeRecord(std::string_view(whole).substr(0, size));
      v1::Record record;
      const bool parsed = record.ParseFromString(whole.substr(0, size));
      ASSERT_EQ(view.has_value(), parsed) << "cut to " << size << " of " << whole.size();
      if (parsed) ExpectSame(*view, record);
      refused += parsed ? 0 : 1;
    }
  }
  EXPECT_GT(refused, 1'000);
}

TEST(RecordView, EndsOnAnyDamage) {
  std::mt19937 random(29);
  for (int round = 0; round < 20'000; ++round) {
    std::string bytes = AsRecord(RandomNewRecord(random), random(), kTimeUs).SerializeAsString();
    for (int i = 0; i < 3; ++i) bytes[random() % bytes.size()] = static_cast<char>(random());
    const auto view = DecodeRecord(bytes);
    if (!view.has_value()) continue;
    EXPECT_LE(view->channel.size() + view->key.size() + view->body.size(), bytes.size());
    HeadersOf(bytes);
  }
}

TEST(HeaderReader, KeepsTheWrittenOrderAndAbsentParts) {
  std::string encoded;
  AppendHeader(encoded, "z", "1");
  AppendBytesField(encoded, record_field::kText, "between");
  AppendHeader(encoded, "a", "2");
  AppendBytesField(encoded, record_field::kHeaders, "");  // name and value at their defaults
  HeaderReader reader(encoded);
  std::string_view name, value;
  std::vector<std::string> seen;
  while (reader.Next(name, value)) seen.push_back(std::string(name) + "=" + std::string(value));
  EXPECT_THAT(seen, testing::ElementsAre("z=1", "a=2", "="));
}

TEST(RecordsReader, GivesEachRecordAndPassesOverTheTrailer) {
  std::string response;
  const RecordStamp stamp(kTimeUs);
  std::string new_record;
  AppendBytesField(new_record, record_field::kChannel, "c");
  for (uint64_t sequence = 0; sequence < 3; ++sequence) stamp.AppendRecord(response, sequence, new_record);
  AppendVarintField(response, v1::SubscribeResponse::kNextSequenceFieldNumber, 3);
  RecordsReader reader(response);
  std::vector<uint64_t> sequences;
  std::string_view encoded;
  while (reader.Next(encoded)) sequences.push_back(DecodeRecord(encoded).value().sequence);
  EXPECT_THAT(sequences, testing::ElementsAre(0, 1, 2));
  EXPECT_FALSE(reader.malformed());
}

TEST(RecordsReader, SaysWhereTheWholeRecordsEnd) {
  std::string records;
  RecordStamp(kTimeUs).AppendRecord(records, 0, "");
  const size_t whole = records.size();
  RecordStamp(kTimeUs).AppendRecord(records, 1, "");
  for (size_t size = whole + 1; size < records.size(); ++size) {
    RecordsReader reader(std::string_view(records).substr(0, size));
    std::string_view encoded;
    EXPECT_TRUE(reader.Next(encoded));
    EXPECT_FALSE(reader.Next(encoded));
    EXPECT_TRUE(reader.malformed()) << "cut to " << size;
  }
}

}  // namespace
}  // namespace replog::wire
