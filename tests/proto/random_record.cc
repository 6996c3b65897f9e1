#include "tests/proto/random_record.h"

#include <string>

namespace replog {
namespace {

std::string RandomText(std::mt19937& random) {
  static constexpr size_t kSizes[] = {0, 1, 7, 100, 127, 128, 129, 300, 16'383, 16'384};
  // Mostly short: the long ones matter for their length alone.
  std::string text(kSizes[random() % (random() % 20 == 0 ? std::size(kSizes) : 5)], ' ');
  for (char& c : text) c = static_cast<char>('a' + random() % 26);
  return random() % 4 == 0 ? text + "é漢😀" : text;
}

std::string RandomBytes(std::mt19937& random) {
  std::string bytes(random() % 300, '\0');
  for (char& c : bytes) c = static_cast<char>(random());
  return bytes;
}

void AddBody(std::mt19937& random, v1::NewRecord& record) {
  switch (random() % 3) {
    case 0:
      break;
    case 1:
      record.set_text(RandomText(random));
      break;
    default:
      record.set_payload(RandomBytes(random));
      break;
  }
}

}  // namespace

v1::NewRecord RandomNewRecord(std::mt19937& random) {
  v1::NewRecord record;
  record.set_channel("c" + RandomText(random));
  AddBody(random, record);
  for (uint32_t i = random() % 4; i > 0; --i)
    (*record.mutable_headers())[RandomText(random)] = RandomText(random);
  if (random() % 3 == 0) record.set_key(RandomText(random));
  if (random() % 5 == 0) record.set_deleted(true);
  if (random() % 5 == 0) record.set_version(random());
  if (random() % 5 == 0) record.set_id("i" + RandomText(random));
  if (random() % 5 == 0) record.mutable_expires()->set_seconds(random());
  if (random() % 10 == 0) record.mutable_expires()->set_nanos(static_cast<int32_t>(random() % 1'000'000'000));
  return record;
}

v1::Record AsRecord(const v1::NewRecord& from, uint64_t sequence, int64_t time_us) {
  v1::Record record;
  record.set_sequence(sequence);
  record.mutable_time()->set_seconds(time_us / 1'000'000);
  record.mutable_time()->set_nanos(static_cast<int32_t>(time_us % 1'000'000 * 1'000));
  record.set_channel(from.channel());
  if (from.has_key()) record.set_key(from.key());
  if (from.has_text()) record.set_text(from.text());
  if (from.has_payload()) record.set_payload(from.payload());
  *record.mutable_headers() = from.headers();
  record.set_deleted(from.deleted());
  if (from.has_version()) record.set_version(from.version());
  record.set_id(from.id());
  if (from.has_expires()) *record.mutable_expires() = from.expires();
  return record;
}

}  // namespace replog
