#include "tests/server/core/records.h"

#include <gtest/gtest.h>

#include "proto/wire/record_view.h"
#include "storage/model/chunk_builder.h"

namespace replog::testing {

std::string NewRecord(const std::string& channel, const std::string& text) {
  std::string encoded;
  wire::AppendBytesField(encoded, wire::record_field::kChannel, channel);
  wire::AppendBytesField(encoded, wire::record_field::kText, text);
  return encoded;
}

std::string NewRecord(const Keyed& record) {
  std::string encoded;
  wire::AppendBytesField(encoded, wire::record_field::kChannel, "c");
  wire::AppendBytesField(encoded, wire::record_field::kKey, record.key);
  if (record.text) wire::AppendBytesField(encoded, wire::record_field::kText, *record.text);
  if (!record.text) wire::AppendVarintField(encoded, wire::record_field::kDeleted, 1);
  if (record.version) wire::AppendVarintField(encoded, wire::record_field::kVersion, *record.version);
  if (record.expires_us) {
    std::string timestamp;
    wire::AppendVarintField(timestamp, 1, static_cast<uint64_t>(*record.expires_us / 1'000'000));
    wire::AppendVarintField(timestamp, 2, static_cast<uint64_t>(*record.expires_us % 1'000'000 * 1'000));
    wire::AppendBytesField(encoded, wire::record_field::kExpires, timestamp);
  }
  return encoded;
}

std::string EncodeRequest(const std::vector<std::string>& new_records, const std::string& log) {
  std::string encoded;
  if (!log.empty()) wire::AppendBytesField(encoded, 1, log);
  for (const std::string& record : new_records)
    wire::AppendBytesField(encoded, wire::kNewRecordsField, record);
  return encoded;
}

AppendRequest MakeRequest(const std::vector<std::string>& new_records, const std::string& log) {
  const auto request = ParseAppendRequest(EncodeRequest(new_records, log), Limits());
  EXPECT_TRUE(request.ok()) << request.status();
  return request.value_or(AppendRequest());
}

std::vector<Seen> Decode(std::string_view records) {
  std::vector<Seen> seen;
  wire::RecordsReader reader(records);
  std::string_view encoded;
  while (reader.Next(encoded)) {
    const auto record = wire::DecodeRecord(encoded);
    EXPECT_TRUE(record.has_value()) << "a malformed record";
    if (!record) break;
    seen.push_back({record->sequence, record->time_us, std::string(record->channel),
                    std::string(record->body), std::string(record->key), record->deleted, record->version,
                    record->expires_us});
  }
  EXPECT_FALSE(reader.malformed());
  return seen;
}

std::string BytesOf(const Frame& frame) {
  std::string bytes;
  for (const Piece& piece : frame.records) bytes += piece.bytes;
  return bytes;
}

std::vector<Seen> Decode(const Frame& frame) {
  auto records = Decode(BytesOf(frame));
  EXPECT_EQ(frame.record_count, records.size());
  EXPECT_EQ(frame.record_bytes, BytesOf(frame).size());
  return records;
}

std::vector<Sequence> SequencesOf(const std::vector<Seen>& records) {
  std::vector<Sequence> sequences;
  for (const Seen& record : records) sequences.push_back(record.sequence);
  return sequences;
}

ChunkPtr MakeChunk(Sequence first, const std::vector<std::string>& channels, Epoch epoch, int64_t time_us,
                   size_t text_bytes) {
  ChunkBuilder builder({1, epoch, first, 0, time_us});
  for (const std::string& channel : channels) {
    std::string text = std::to_string(builder.next());
    if (text.size() < text_bytes) text.resize(text_bytes, '.');
    builder.Add(NewRecord(channel, text));
  }
  auto chunks = builder.Finish();
  EXPECT_EQ(chunks.size(), 1u) << "too much for one chunk";
  return chunks.front();
}

std::string MetadataValue(const absl::Status& status, const std::string& name) {
  for (const auto& [key, value] : MetadataOf(status)) {
    if (key == name) return value;
  }
  return "";
}

std::string ReasonText(const absl::Status& status) {
  const auto reason = ReasonOf(status);
  return reason ? std::string(ReasonName(*reason)) : status.ToString();
}

}  // namespace replog::testing
