// The reader of the wire format on bytes from anywhere: what it reads lies within them, and where the
// generated code parses a record as well, both read the same.

#include "proto/wire/record_view.h"
#include "replog/v1/record.pb.h"
#include "tests/fuzz/input.h"

using namespace replog;
using testing::Require;

namespace {

void RequireWithin(std::string_view part, std::string_view whole) {
  Require(part.empty() ||
              (part.data() >= whole.data() && part.data() + part.size() <= whole.data() + whole.size()),
          "a view points into the bytes");
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
  const auto bytes = testing::AsText(data, size);
  RequireWithin(wire::ChannelOf(bytes), bytes);
  if (const auto view = wire::DecodeRecord(bytes)) {
    for (const auto part : {view->channel, view->key, view->body}) RequireWithin(part, bytes);
    v1::Record record;
    if (record.ParseFromArray(data, static_cast<int>(size))) {
      Require(view->sequence == record.sequence(), "the same sequence");
      Require(view->channel == record.channel(), "the same channel");
      Require(view->body == (record.has_payload() ? record.payload() : record.text()), "the same body");
      Require(view->has_key == record.has_key() && view->key == record.key(), "the same key");
    }
  }
  wire::HeaderReader headers(bytes);
  std::string_view name, value;
  while (headers.Next(name, value)) {
    RequireWithin(name, bytes);
    RequireWithin(value, bytes);
  }
  wire::RecordsReader records(bytes);
  std::string_view encoded;
  while (records.Next(encoded)) RequireWithin(encoded, bytes);
  return 0;
}
