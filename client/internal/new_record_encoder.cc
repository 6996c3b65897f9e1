#include "client/internal/new_record_encoder.h"

#include <algorithm>
#include <cstring>

#include "base/utf8.h"
#include "proto/wire/fields.h"

namespace replog::client::internal {
namespace {

namespace field = wire::record_field;
using wire::Tag;
using wire::VarintSize;
using wire::WireType;

constexpr uint32_t kLogField = 1;  // of AppendRequest
constexpr uint32_t kMapKey = 1;
constexpr uint32_t kMapValue = 2;
constexpr uint32_t kTimestampSeconds = 1;
constexpr uint32_t kTimestampNanos = 2;
constexpr size_t kMaxChannelBytes = 512;
constexpr size_t kTagSize = 1;  // all field numbers here are below 16

size_t BytesFieldSize(size_t size) { return kTagSize + VarintSize(size) + size; }

size_t EntrySize(const HeaderView& header) {
  return BytesFieldSize(header.first.size()) + BytesFieldSize(header.second.size());
}

// A google.protobuf.Timestamp, whose nanos count forward also before 1970.
struct EncodedTime {
  explicit EncodedTime(Time time) {
    const auto whole = std::chrono::floor<std::chrono::seconds>(time);
    seconds = static_cast<uint64_t>(whole.time_since_epoch().count());
    nanos = static_cast<uint64_t>((time - whole).count() * 1'000);
  }
  size_t size() const { return 2 * kTagSize + VarintSize(seconds) + VarintSize(nanos); }

  uint64_t seconds;
  uint64_t nanos;
};

bool HasBody(const NewRecord& record) { return record.body_kind != BodyKind::kNone && !record.deleted; }

size_t RecordSize(const NewRecord& record) {
  size_t size = BytesFieldSize(record.channel.size());
  if (record.key) size += BytesFieldSize(record.key->size());
  if (HasBody(record)) size += BytesFieldSize(record.body.size());
  if (record.deleted) size += kTagSize + 1;
  if (record.version) size += kTagSize + VarintSize(*record.version);
  if (record.expires) size += BytesFieldSize(EncodedTime(*record.expires).size());
  if (record.id) size += BytesFieldSize(record.id->size());
  for (const HeaderView& header : record.headers) size += BytesFieldSize(EntrySize(header));
  return size;
}

char* WriteHead(char* out, uint32_t number, size_t size) {
  *out++ = static_cast<char>(Tag(number, WireType::kBytes));
  return wire::WriteVarint(out, size);
}

char* WriteBytes(char* out, uint32_t number, std::string_view bytes) {
  out = WriteHead(out, number, bytes.size());
  if (!bytes.empty()) std::memcpy(out, bytes.data(), bytes.size());
  return out + bytes.size();
}

char* WriteNumber(char* out, uint32_t number, uint64_t value) {
  *out++ = static_cast<char>(Tag(number, WireType::kVarint));
  return wire::WriteVarint(out, value);
}

char* WriteTime(char* out, uint32_t number, const EncodedTime& time) {
  out = WriteHead(out, number, time.size());
  out = WriteNumber(out, kTimestampSeconds, time.seconds);
  return WriteNumber(out, kTimestampNanos, time.nanos);
}

Status Invalid(std::string message, std::string_view field_name) {
  return {StatusCode::kInvalidArgument,
          std::move(message),
          "INVALID_FIELD",
          {{"field", std::string(field_name)}}};
}

bool IsControl(char c) { return static_cast<unsigned char>(c) < 0x20 || c == 0x7f; }

Status CheckChannel(std::string_view channel) {
  if (channel.empty()) return Invalid("a record needs a channel", "channel");
  if (channel.size() > kMaxChannelBytes) {
    return Invalid("the channel has " + std::to_string(channel.size()) + " bytes; at most " +
                       std::to_string(kMaxChannelBytes) + " are allowed",
                   "channel");
  }
  if (std::any_of(channel.begin(), channel.end(), [](char c) { return IsControl(c) || c == '*'; })) {
    return Invalid("the channel has a control character or `*` in its name", "channel");
  }
  if (!IsUtf8(channel)) return Invalid("the channel is not UTF-8", "channel");
  return {};
}

Status CheckKey(const NewRecord& record) {
  if (record.key && record.key->empty()) return Invalid("the key is empty", "key");
  if (record.key && !IsUtf8(*record.key)) return Invalid("the key is not UTF-8", "key");
  if (record.deleted && !record.key) return Invalid("a tombstone needs a key", "deleted");
  if (record.version && !record.key) return Invalid("a version needs a key", "version");
  if (record.expires && !record.key) return Invalid("a record that expires needs a key", "expires");
  if (record.expires && record.deleted) return Invalid("a tombstone does not expire", "expires");
  if (record.deleted && !record.body.empty())
    return Invalid("a tombstone has no body; " + std::to_string(record.body.size()) + " bytes are given",
                   record.body_kind == BodyKind::kPayload ? "payload" : "text");
  return {};
}

Status CheckHeaders(std::span<const HeaderView> headers) {
  for (size_t i = 0; i < headers.size(); ++i) {
    const std::string_view name = headers[i].first;
    const std::string_view value = headers[i].second;
    if (!IsUtf8(name) || !IsUtf8(value)) return Invalid("a header is not UTF-8", "headers");
    const auto same = [&name](const HeaderView& other) { return other.first == name; };
    if (std::any_of(headers.begin(), headers.begin() + static_cast<ptrdiff_t>(i), same)) {
      return Invalid("the header \"" + std::string(name) + "\" is given twice", "headers");
    }
  }
  return {};
}

}  // namespace

Status CheckNewRecord(const NewRecord& record) {
  if (Status status = CheckChannel(record.channel); !status.ok()) return status;
  if (record.body_kind == BodyKind::kText && !IsUtf8(record.body))
    return Invalid("the text is not UTF-8", "text");
  if (Status status = CheckKey(record); !status.ok()) return status;
  if (record.id && record.id->empty()) return Invalid("the id is empty", "id");
  if (record.id && !IsUtf8(*record.id)) return Invalid("the id is not UTF-8", "id");
  return CheckHeaders(record.headers);
}

void AppendLogField(std::string& request, std::string_view log) {
  if (!log.empty()) wire::AppendBytesField(request, kLogField, log);
}

size_t NewRecordFieldSize(const NewRecord& record) { return BytesFieldSize(RecordSize(record)); }

void AppendNewRecord(std::string& request, const NewRecord& record) {
  const size_t record_size = RecordSize(record);
  const size_t start = request.size();
  request.resize(start + BytesFieldSize(record_size));
  char* out = WriteHead(request.data() + start, wire::kNewRecordsField, record_size);
  out = WriteBytes(out, field::kChannel, record.channel);
  if (record.key) out = WriteBytes(out, field::kKey, *record.key);
  const bool text = record.body_kind == BodyKind::kText;
  if (HasBody(record)) out = WriteBytes(out, text ? field::kText : field::kPayload, record.body);
  for (const HeaderView& header : record.headers) {
    out = WriteHead(out, field::kHeaders, EntrySize(header));
    out = WriteBytes(out, kMapKey, header.first);
    out = WriteBytes(out, kMapValue, header.second);
  }
  if (record.deleted) out = WriteNumber(out, field::kDeleted, 1);
  if (record.version) out = WriteNumber(out, field::kVersion, *record.version);
  if (record.expires) out = WriteTime(out, field::kExpires, EncodedTime(*record.expires));
  if (record.id) out = WriteBytes(out, field::kId, *record.id);
}

}  // namespace replog::client::internal
