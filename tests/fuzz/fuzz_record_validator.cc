// What the validator lets pass becomes part of the log for ever: the generated code of every client must
// parse it, as it was sent and as the server stamps it, and read the same from both.

#include <google/protobuf/util/time_util.h>

#include "proto/wire/record_encoder.h"
#include "proto/wire/record_view.h"
#include "replog/v1/record.pb.h"
#include "replog/v1/replication_log.pb.h"
#include "server/core/record_validator.h"
#include "tests/fuzz/input.h"
#include "tests/fuzz/unknown_fields.h"

using namespace replog;
using testing::Require;

namespace {

constexpr uint64_t kSequence = 300;
constexpr int64_t kTimeUs = 1'700'000'000'123'456;

void RequireSameExpiry(const wire::RecordView& view, const v1::NewRecord& sent) {
  Require(view.expires_us.has_value() == sent.has_expires(), "it expires or not");
  if (!sent.has_expires()) return;
  Require(sent.has_key() && !sent.deleted(), "only a key's value expires");
  const auto& expires = sent.expires();
  using Times = google::protobuf::util::TimeUtil;
  Require(expires.seconds() >= Times::kTimestampMinSeconds &&
              expires.seconds() <= Times::kTimestampMaxSeconds && expires.nanos() >= 0 &&
              expires.nanos() < 1'000'000'000,
          "at a time that is one");
  Require(*view.expires_us == expires.seconds() * 1'000'000 + expires.nanos() / 1'000, "that time");
}

void CheckStamped(std::string_view encoded, const v1::NewRecord& sent) {
  std::string response;
  wire::RecordStamp(kTimeUs).AppendRecord(response, kSequence, encoded);
  v1::SubscribeResponse frame;
  Require(frame.ParseFromString(response), "a stamped record parses as a frame");
  Require(frame.records_size() == 1 && !testing::HasUnknownFields(frame),
          "it is one record and nothing else");
  v1::Record expected;
  Require(expected.ParseFromString(sent.SerializeAsString()), "a NewRecord is a Record");
  expected.set_sequence(kSequence);
  expected.mutable_time()->set_seconds(kTimeUs / 1'000'000);
  expected.mutable_time()->set_nanos(static_cast<int32_t>(kTimeUs % 1'000'000 * 1000));
  Require(frame.records(0).DebugString() == expected.DebugString(), "it has what was sent and the stamp");

  wire::RecordsReader reader(response);
  std::string_view record;
  Require(reader.Next(record), "the reader of the wire format finds it");
  const auto view = wire::DecodeRecord(record);
  Require(view.has_value(), "and decodes it");
  Require(view->sequence == kSequence && view->time_us == kTimeUs && view->channel == sent.channel(),
          "to the same");
  RequireSameExpiry(*view, sent);
  Require(wire::ChannelOf(encoded) == sent.channel(), "its channel is found without decoding the rest");
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
  const auto encoded = testing::AsText(data, size);
  const Limits limits;
  if (!RecordValidator(limits).Check(encoded, 0).ok()) return 0;
  v1::NewRecord record;
  Require(record.ParseFromArray(data, static_cast<int>(size)), "an accepted record parses");
  Require(!testing::HasUnknownFields(record), "and has no unknown field");
  CheckStamped(encoded, record);
  return 0;
}
