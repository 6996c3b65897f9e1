#include "tests/bench/micro/synthetic.h"

#include <random>

#include "proto/wire/fields.h"
#include "storage/model/chunk_builder.h"

namespace replog::bench {

std::string Body(size_t bytes) {
  std::mt19937_64 random(bytes);
  std::uniform_int_distribution<int> letter('a', 'z');
  std::string body(bytes, ' ');
  for (char& c : body) c = static_cast<char>(letter(random));
  return body;
}

std::string NewRecord(std::string_view channel, size_t body_bytes) {
  std::string encoded;
  wire::AppendBytesField(encoded, wire::record_field::kChannel, channel);
  wire::AppendBytesField(encoded, wire::record_field::kText, Body(body_bytes));
  return encoded;
}

std::string AppendRequest(size_t count, size_t body_bytes) {
  const std::string record = NewRecord("room-0", body_bytes);
  std::string encoded;
  for (size_t i = 0; i < count; ++i) wire::AppendBytesField(encoded, wire::kNewRecordsField, record);
  return encoded;
}

std::vector<ChunkPtr> Chunks(LogNumber log, Sequence first, size_t count, size_t body_bytes,
                             size_t channels) {
  std::vector<std::string> records;
  for (size_t i = 0; i < channels; ++i) records.push_back(NewRecord("room-" + std::to_string(i), body_bytes));
  ChunkBuilder builder(
      {.log = log, .epoch = 1, .next = first, .bytes_before = 0, .time_us = 1'700'000'000'000'000});
  for (size_t i = 0; i < count; ++i) builder.Add(records[i % channels]);
  return builder.Finish();
}

}  // namespace replog::bench
