#include "client/internal/frame_decoder.h"

#include <gtest/gtest.h>

#include <random>

#include "replog/v1/replication_log.pb.h"

namespace replog::client::internal {
namespace {

std::string RandomBytes(std::mt19937_64& random, size_t max) {
  std::string bytes(random() % (max + 1), '\0');
  for (char& c : bytes) c = static_cast<char>(random());
  return bytes;
}

std::string RandomText(std::mt19937_64& random, size_t max) {
  std::string text(random() % (max + 1), 'a');
  for (char& c : text) c = static_cast<char>(random() % 128);
  return text;
}

v1::SubscribeResponse RandomFrame(std::mt19937_64& random) {
  v1::SubscribeResponse frame;
  const uint64_t first = random() >> (random() % 64);
  const size_t count = random() % 20;
  for (size_t i = 0; i < count; ++i) {
    v1::Record& record = *frame.add_records();
    record.set_sequence(first + i);
    *record.mutable_time() = ToProto(Time(std::chrono::microseconds(random() % 4'000'000'000'000'000)));
    record.set_channel("c" + RandomText(random, 20));
    if (random() % 3 == 0) record.set_key(RandomText(random, 10));
    if (random() % 3 == 0) record.set_text(RandomText(random, 300));
    if (random() % 3 == 0) record.set_payload(RandomBytes(random, 300));
    if (random() % 2 == 0) (*record.mutable_headers())["h" + RandomText(random, 5)] = RandomText(random, 50);
    record.set_deleted(random() % 8 == 0);
  }
  frame.set_next_sequence(first + count);
  frame.set_committed_end(random());
  frame.set_caught_up(random() % 2 == 0);
  frame.set_table_complete(random() % 2 == 0);
  if (random() % 2 == 0) *frame.mutable_position() = ToProto(Position{"uuid", 1, random(), first + count});
  if (random() % 2 == 0) frame.set_first_kept_sequence(random());
  return frame;
}

void ExpectSame(const RecordView& view, const v1::Record& message) {
  const Record got(view);
  const Record wanted = FromProto(message);
  EXPECT_EQ(got.sequence, wanted.sequence);
  EXPECT_EQ(got.time, wanted.time);
  EXPECT_EQ(got.channel, wanted.channel);
  EXPECT_EQ(got.body_kind, wanted.body_kind);
  EXPECT_EQ(got.body, wanted.body);
  EXPECT_EQ(got.key, wanted.key);
  EXPECT_EQ(got.deleted, wanted.deleted);
  EXPECT_EQ(got.headers, wanted.headers);
  for (const auto& [name, value] : wanted.headers) EXPECT_EQ(view.header(name), value);
}

TEST(WalkFrame, ReadsWhatTheGeneratedMessageHolds) {
  std::mt19937_64 random(1);
  for (int round = 0; round < 500; ++round) {
    const v1::SubscribeResponse message = RandomFrame(random);
    const std::string bytes = message.SerializeAsString();
    FrameTrailer trailer;
    int i = 0;
    const auto walk = WalkFrame(bytes, trailer, [&](const RecordView& record) {
      ExpectSame(record, message.records(i++));
      return true;
    });
    EXPECT_EQ(walk, FrameWalk::kDone);
    EXPECT_EQ(i, message.records_size());
    EXPECT_EQ(trailer.next_sequence, message.next_sequence());
    EXPECT_EQ(trailer.committed_end, message.committed_end());
    EXPECT_EQ(trailer.caught_up, message.caught_up());
    EXPECT_EQ(trailer.table_complete, message.table_complete());
    ASSERT_EQ(trailer.position.has_value(), message.has_position());
    if (trailer.position) EXPECT_EQ(*trailer.position, FromProto(message.position()));
  }
}

TEST(WalkFrame, StopsWhenTheCallbackSaysSo) {
  v1::SubscribeResponse message;
  for (int i = 0; i < 5; ++i) message.add_records()->set_sequence(static_cast<uint64_t>(i));
  FrameTrailer trailer;
  int seen = 0;
  EXPECT_EQ(WalkFrame(message.SerializeAsString(), trailer, [&](const RecordView&) { return ++seen < 2; }),
            FrameWalk::kStopped);
  EXPECT_EQ(seen, 2);
}

// A frame that is cut is malformed, or by chance a shorter frame; never anything that reads past its end.
TEST(WalkFrame, SurvivesEveryTruncation) {
  std::mt19937_64 random(2);
  const std::string bytes = RandomFrame(random).SerializeAsString();
  for (size_t size = 0; size < bytes.size(); ++size) {
    const std::string cut(bytes, 0, size);  // its own allocation, so that a sanitizer sees its end
    FrameTrailer trailer;
    const auto walk = WalkFrame(cut, trailer, [](const RecordView&) { return true; });
    v1::SubscribeResponse message;
    EXPECT_EQ(walk == FrameWalk::kDone, message.ParseFromString(cut)) << size;
  }
}

TEST(WalkFrame, CallsGarbageMalformed) {
  FrameTrailer trailer;
  const auto ignore = [](const RecordView&) { return true; };
  EXPECT_EQ(WalkFrame("\xff\xff\xff", trailer, ignore), FrameWalk::kMalformed);
  EXPECT_EQ(WalkFrame("\x0a\x7f", trailer, ignore), FrameWalk::kMalformed);  // a record longer than the frame
  EXPECT_EQ(WalkFrame("\x0a\x02\x08", trailer, ignore), FrameWalk::kMalformed);  // cut within the record
  EXPECT_EQ(WalkFrame("\x08\x01", trailer, ignore), FrameWalk::kMalformed);  // a number where records stand
}

}  // namespace
}  // namespace replog::client::internal
