// An append request that is accepted is one that the generated code parses, with as many records.

#include "replog/v1/replication_log.pb.h"
#include "server/core/append_request.h"
#include "tests/fuzz/input.h"
#include "tests/fuzz/unknown_fields.h"

using namespace replog;
using testing::Require;

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
  request->ForEachRecord([&](std::string_view record) {
    v1::NewRecord parsed;
    Require(parsed.ParseFromArray(record.data(), static_cast<int>(record.size())),
            "each record parses alone");
    Require(parsed.DebugString() == message.records(index++).DebugString(), "to the same record");
  });
  Require(index == message.records_size(), "each is given once");
  return 0;
}
