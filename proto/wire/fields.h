#pragma once

#include <cstdint>
#include <string>
#include <string_view>

#include "proto/wire/varint.h"

// Reads and writes the protobuf wire format field by field, without messages: for the paths on which a record
// is never parsed into one. (https://protobuf.dev/programming-guides/encoding/)
namespace replog::wire {

enum class WireType : uint8_t {
  kVarint = 0,
  kFixed64 = 1,
  kBytes = 2,
  kStartGroup = 3,
  kEndGroup = 4,
  kFixed32 = 5
};

constexpr uint32_t Tag(uint32_t field, WireType type) { return field << 3 | static_cast<uint32_t>(type); }

// Field numbers of replog.v1.Record and NewRecord. tests/proto compares them with the generated descriptors.
namespace record_field {
inline constexpr uint32_t kSequence = 1, kTime = 2, kChannel = 3, kKey = 4, kText = 5, kPayload = 6,
                          kHeaders = 7, kDeleted = 8, kVersion = 9, kId = 10, kExpires = 11, kProducer = 12,
                          kLease = 13;
}  // namespace record_field

// `records` of SubscribeResponse, ReadResponse: why a chunk's bytes are a piece of a response.
inline constexpr uint32_t kRecordsField = 1;
// `records` of AppendRequest.
inline constexpr uint32_t kNewRecordsField = 2;

// One field as it stands on the wire. `value` is set for numbers, `bytes` for length-delimited ones.
struct Field {
  uint32_t number = 0;
  WireType type = WireType::kVarint;
  uint64_t value = 0;
  std::string_view bytes;
};

// Walks the fields of one message. Groups are malformed: proto3 has none.
class FieldReader {
 public:
  // `message` must outlive the reader and the fields it gives.
  explicit FieldReader(std::string_view message) : rest_(message) {}

  // False at the end and at malformed data; malformed() tells which.
  bool Next(Field& field) {
    if (rest_.empty() || malformed_) return false;
    malformed_ = !Take(field);
    return !malformed_;
  }
  bool malformed() const { return malformed_; }
  // What was not read yet.
  std::string_view rest() const { return rest_; }

 private:
  bool Take(Field& field) {
    uint64_t tag;
    if (!TakeVarint(rest_, tag) || tag > UINT32_MAX || (tag >> 3) == 0) return false;
    field.number = static_cast<uint32_t>(tag >> 3);
    field.type = static_cast<WireType>(tag & 7);
    switch (field.type) {
      case WireType::kVarint:
        return TakeVarint(rest_, field.value);
      case WireType::kBytes:
        return TakeVarint(rest_, field.value) && TakeBytes(field.value, field.bytes);
      case WireType::kFixed64:
        return TakeBytes(8, field.bytes);
      case WireType::kFixed32:
        return TakeBytes(4, field.bytes);
      default:
        return false;
    }
  }
  bool TakeBytes(uint64_t size, std::string_view& bytes) {
    if (size > rest_.size()) return false;
    bytes = rest_.substr(0, size);
    rest_.remove_prefix(size);
    return true;
  }

  std::string_view rest_;
  bool malformed_ = false;
};

inline void AppendVarintField(std::string& out, uint32_t field, uint64_t value) {
  AppendVarint(out, Tag(field, WireType::kVarint));
  AppendVarint(out, value);
}

inline void AppendBytesField(std::string& out, uint32_t field, std::string_view bytes) {
  AppendVarint(out, Tag(field, WireType::kBytes));
  AppendVarint(out, bytes.size());
  out.append(bytes);
}

}  // namespace replog::wire
