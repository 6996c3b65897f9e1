#include "tests/faults/crash/load_record.h"

#include <google/protobuf/util/message_differencer.h>

#include <cinttypes>
#include <cstdio>
#include <random>

namespace replog::testing {
namespace {

const std::string& BodyOf(const v1::Record& record) {
  return record.has_text() ? record.text() : record.payload();
}

size_t RandomSize(std::mt19937_64& random) {
  switch (random() % 100) {
    case 0:
      return random() % 200'000;  // larger than a chunk
    case 1 ... 20:
      return random() % 4000;
    default:
      return random() % 200;
  }
}

}  // namespace

std::string LoadChannel(int number) { return "room-" + std::to_string(number); }

v1::NewRecord MakeLoadRecord(uint64_t seed, const LoadId& id) {
  std::mt19937_64 random(seed * 1'000'003 + id.producer * 7'919 + id.number);
  char head[128];
  std::snprintf(head, sizeof head, "%" PRIu32 " %" PRIu64 " %" PRIu64 " %" PRIu32 " ", id.producer, id.number,
                id.batch_first, id.batch_count);
  std::string body = head;
  const size_t size = RandomSize(random);
  while (body.size() < size) body.append(std::to_string(random())).push_back(' ');
  v1::NewRecord record;
  record.set_channel(LoadChannel(static_cast<int>(random() % kLoadChannels)));
  if (!NumbersItsRecords(id.producer))
    record.set_id(std::to_string(id.producer) + "/" + std::to_string(id.number));
  if (random() % 4 == 0) record.set_key(std::to_string(random() % 300));
  if (random() % 8 == 0) (*record.mutable_headers())["origin"] = std::to_string(id.producer);
  random() % 2 == 0 ? record.set_text(std::move(body)) : record.set_payload(std::move(body));
  return record;
}

std::optional<LoadId> IdentifyLoadRecord(uint64_t seed, const v1::Record& record) {
  LoadId id;
  if (std::sscanf(BodyOf(record).c_str(), "%" SCNu32 " %" SCNu64 " %" SCNu64 " %" SCNu32 " ", &id.producer,
                  &id.number, &id.batch_first, &id.batch_count) != 4) {
    return {};
  }
  v1::Record expected;
  if (!expected.ParseFromString(MakeLoadRecord(seed, id).SerializeAsString())) return {};
  expected.set_sequence(record.sequence());
  *expected.mutable_time() = record.time();
  // On the first record of each batch, which the producer numbers like its records.
  const v1::ProducerStamp& stamp = record.producer();
  if (record.has_producer() != (NumbersItsRecords(id.producer) && id.number == id.batch_first)) return {};
  if (record.has_producer()) {
    if (stamp.first_sequence() != id.number || stamp.count() != id.batch_count) return {};
    *expected.mutable_producer() = stamp;
  }
  if (!google::protobuf::util::MessageDifferencer::Equals(expected, record)) return {};
  return id;
}

}  // namespace replog::testing
