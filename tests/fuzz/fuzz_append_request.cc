// An append request that is accepted is one that the generated code parses, with as many records.

#include "replog/v1/replication_log.pb.h"
#include "server/core/append_request.h"
#include "tests/fuzz/input.h"
#include "tests/fuzz/unknown_fields.h"

using namespace replog;
using testing::Require;

namespace {

void RequireSame(const std::optional<AppendConditions>& conditions, const v1::AppendRequest& message) {
  Require(conditions.has_value() == message.has_conditions(), "it has the conditions that were given");
  if (!conditions) return;
  const v1::AppendConditions& given = message.conditions();
  Require(conditions->expected_end.has_value() == given.has_expected_end(), "an expected end or none");
  Require(conditions->expected_end.value_or(0) == given.expected_end(), "that end");
  Require(conditions->newer_version_only == given.newer_version_only(), "newer versions only or not");
  Require(conditions->keys.size() == static_cast<size_t>(given.keys_size()), "as many keys");
  for (int i = 0; i < given.keys_size(); ++i) {
    const KeyCondition& key = conditions->keys[static_cast<size_t>(i)];
    Require(key.channel == given.keys(i).channel() && key.key == given.keys(i).key(), "the same key");
    Require(key.sequence.has_value() != given.keys(i).absent(), "a sequence or absent");
    Require(key.sequence.value_or(0) == given.keys(i).sequence(), "the same sequence");
  }
}

void RequireSame(const std::optional<wire::ProducerStamp>& stamp, const v1::AppendRequest& message) {
  Require(stamp.has_value() == message.has_producer(), "it has the stamp that was given");
  if (!stamp) return;
  const v1::ProducerStamp& given = message.producer();
  Require(stamp->id == given.id() && stamp->epoch == given.epoch(), "the same producer");
  Require(given.has_first_sequence() && stamp->first_sequence == given.first_sequence(), "the same number");
  Require(given.count() == 0 && given.outcomes().empty(), "and nothing of the server's own");
}

void RequireSame(const std::optional<ExpiryBounds>& bounds, const v1::AppendRequest& message) {
  std::optional<ExpiryBounds> given;
  for (const v1::NewRecord& record : message.records()) {
    if (!record.has_expires()) continue;
    if (!given) given.emplace();
    given->Add(record.expires().seconds() * 1'000'000 + record.expires().nanos() / 1'000);
  }
  Require(bounds.has_value() == given.has_value(), "some record expires or none");
  if (!given) return;
  Require(bounds->first_us == given->first_us && bounds->last_us == given->last_us, "then");
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
  const auto request = ParseAppendRequest(std::string(testing::AsText(data, size)), Limits());
  if (!request.ok()) return 0;
  v1::AppendRequest message;
  Require(message.ParseFromArray(data, static_cast<int>(size)), "an accepted request parses");
  Require(!testing::HasUnknownFields(message), "and has no unknown field");
  Require(static_cast<uint32_t>(message.records_size()) == request->count,
          "it has the records that were counted");
  Require(request->log == (message.log().empty() ? "default" : message.log()), "and its log");
  int index = 0;
  bool identified = false;
  request->ForEachRecord([&](std::string_view record) {
    v1::NewRecord parsed;
    Require(parsed.ParseFromArray(record.data(), static_cast<int>(record.size())),
            "each record parses alone");
    identified |= !parsed.id().empty();
    Require(parsed.DebugString() == message.records(index++).DebugString(), "to the same record");
  });
  Require(index == message.records_size(), "each is given once");
  Require(identified == request->identified, "it knows whether there is an id");
  RequireSame(request->conditions, message);
  RequireSame(request->producer, message);
  RequireSame(request->expires, message);
  return 0;
}
