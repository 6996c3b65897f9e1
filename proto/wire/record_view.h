#pragma once

#include <cstdint>
#include <optional>
#include <string_view>

#include "proto/wire/fields.h"

namespace replog::wire {

// A record read in place: every string_view points into the bytes it was decoded from, which must outlive it.
struct RecordView {
  enum class Body : uint8_t { kNone, kText, kPayload };

  uint64_t sequence = 0;
  int64_t time_us = 0;  // microseconds since 1970
  std::string_view channel;
  std::string_view key;
  std::string_view body;
  Body body_kind = Body::kNone;
  bool has_key = false;
  bool deleted = false;
  std::optional<uint64_t> version;
  std::optional<int64_t> expires_us;  // microseconds since 1970, rounded down
  std::string_view id;                // empty: none
  // The whole encoded record, for what is read rarely: see HeaderReader.
  std::string_view encoded;
};

// Decodes one Record (without its tag and length). Nullopt when malformed. Unknown fields, and fields of the
// wrong wire type, are passed over, as generated code does.
std::optional<RecordView> DecodeRecord(std::string_view encoded);

// The channel of one encoded Record, without decoding the rest; empty when malformed.
std::string_view ChannelOf(std::string_view encoded);

// Walks a record's headers in the order in which they were written.
class HeaderReader {
 public:
  explicit HeaderReader(std::string_view encoded_record) : fields_(encoded_record) {}
  // False at the end.
  bool Next(std::string_view& name, std::string_view& value);

 private:
  FieldReader fields_;
};

// Walks concatenated `records` fields: a chunk's bytes, or a response's. Other fields are passed over.
class RecordsReader {
 public:
  explicit RecordsReader(std::string_view records) : fields_(records) {}

  // One record, without its tag and length. False at the end and when malformed.
  bool Next(std::string_view& encoded) {
    Field field;
    while (fields_.Next(field)) {
      if (field.number != kRecordsField || field.type != WireType::kBytes) continue;
      encoded = field.bytes;
      return true;
    }
    return false;
  }
  bool malformed() const { return fields_.malformed(); }
  // What follows the last record read.
  std::string_view rest() const { return fields_.rest(); }

 private:
  FieldReader fields_;
};

}  // namespace replog::wire
