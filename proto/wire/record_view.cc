#include "proto/wire/record_view.h"

namespace replog::wire {
namespace {

constexpr uint32_t kTimestampSeconds = 1;
constexpr uint32_t kTimestampNanos = 2;
constexpr uint32_t kMapKey = 1;
constexpr uint32_t kMapValue = 2;

bool DecodeTimestamp(std::string_view encoded, int64_t& time_us) {
  FieldReader fields(encoded);
  Field field;
  int64_t seconds = 0;
  int64_t nanos = 0;
  while (fields.Next(field)) {
    if (field.type != WireType::kVarint) continue;
    if (field.number == kTimestampSeconds) seconds = static_cast<int64_t>(field.value);
    if (field.number == kTimestampNanos) nanos = static_cast<int64_t>(field.value);
  }
  if (seconds < INT64_MIN / 2'000'000 || seconds > INT64_MAX / 2'000'000) return false;
  time_us = seconds * 1'000'000 + nanos / 1'000;
  return !fields.malformed();
}

}  // namespace

std::optional<RecordView> DecodeRecord(std::string_view encoded) {
  RecordView record;
  record.encoded = encoded;
  FieldReader fields(encoded);
  Field field;
  while (fields.Next(field)) {
    switch (Tag(field.number, field.type)) {
      case Tag(record_field::kSequence, WireType::kVarint):
        record.sequence = field.value;
        break;
      case Tag(record_field::kTime, WireType::kBytes):
        if (!DecodeTimestamp(field.bytes, record.time_us)) return std::nullopt;
        break;
      case Tag(record_field::kChannel, WireType::kBytes):
        record.channel = field.bytes;
        break;
      case Tag(record_field::kKey, WireType::kBytes):
        record.key = field.bytes;
        record.has_key = true;
        break;
      case Tag(record_field::kText, WireType::kBytes):
        record.body = field.bytes;
        record.body_kind = RecordView::Body::kText;
        break;
      case Tag(record_field::kPayload, WireType::kBytes):
        record.body = field.bytes;
        record.body_kind = RecordView::Body::kPayload;
        break;
      case Tag(record_field::kDeleted, WireType::kVarint):
        record.deleted = field.value != 0;
        break;
      case Tag(record_field::kVersion, WireType::kVarint):
        record.version = field.value;
        break;
      case Tag(record_field::kExpires, WireType::kBytes):
        if (!DecodeTimestamp(field.bytes, record.expires_us.emplace())) return std::nullopt;
        break;
      case Tag(record_field::kId, WireType::kBytes):
        record.id = field.bytes;
        break;
      default:
        break;
    }
  }
  if (fields.malformed()) return std::nullopt;
  return record;
}

namespace {

// The channel of a record as RecordStamp writes it: after the sequence and the time. Nullopt: not like that.
std::optional<std::string_view> ChannelAfterStamp(std::string_view encoded) {
  const char* p = encoded.data();
  const char* const end = p + encoded.size();
  const auto is = [&](uint32_t field, WireType type) {
    return p != end && static_cast<uint8_t>(*p) == Tag(field, type);
  };
  if (is(record_field::kSequence, WireType::kVarint)) {
    ++p;
    while (p != end && (*p & 0x80) != 0) ++p;
    if (p != end) ++p;
  }
  for (const uint32_t field : {record_field::kTime, record_field::kChannel}) {
    if (end - p < 2 || !is(field, WireType::kBytes)) return {};
    const auto size = static_cast<uint8_t>(p[1]);  // a varint of one byte, or not like that
    p += 2;
    if (size >= 0x80 || size > end - p) return {};
    if (field == record_field::kChannel) return std::string_view(p, size);
    p += size;
  }
  return {};
}

}  // namespace

std::string_view ChannelOf(std::string_view encoded) {
  if (const auto channel = ChannelAfterStamp(encoded)) return *channel;
  FieldReader fields(encoded);
  Field field;
  while (fields.Next(field)) {
    if (field.number == record_field::kChannel && field.type == WireType::kBytes) return field.bytes;
  }
  return {};
}

bool HeaderReader::Next(std::string_view& name, std::string_view& value) {
  Field field;
  while (fields_.Next(field)) {
    if (field.number != record_field::kHeaders || field.type != WireType::kBytes) continue;
    name = value = {};
    FieldReader entry(field.bytes);
    Field part;
    while (entry.Next(part)) {
      if (part.type != WireType::kBytes) continue;
      if (part.number == kMapKey) name = part.bytes;
      if (part.number == kMapValue) value = part.bytes;
    }
    return true;
  }
  return false;
}

}  // namespace replog::wire
