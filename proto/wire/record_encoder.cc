#include "proto/wire/record_encoder.h"

#include <cstring>

namespace replog::wire {

RecordStamp::RecordStamp(int64_t time_us) {
  std::string timestamp;
  const int64_t seconds = time_us / 1'000'000;
  const int64_t nanos = time_us % 1'000'000 * 1'000;
  if (seconds != 0) AppendVarintField(timestamp, 1, static_cast<uint64_t>(seconds));
  if (nanos != 0) AppendVarintField(timestamp, 2, static_cast<uint64_t>(nanos));
  AppendBytesField(time_field_, record_field::kTime, timestamp);
}

void RecordStamp::AppendRecord(std::string& out, uint64_t sequence, std::string_view new_record,
                               std::string_view further_fields) const {
  char head[kMaxOverhead];
  char stamp[1 + kMaxVarintBytes];
  char* p = stamp;
  *p++ = static_cast<char>(Tag(record_field::kSequence, WireType::kVarint));
  p = WriteVarint(p, sequence);
  const auto stamp_size = static_cast<size_t>(p - stamp);

  char* q = head;
  *q++ = static_cast<char>(Tag(kRecordsField, WireType::kBytes));
  q = WriteVarint(q, stamp_size + time_field_.size() + new_record.size() + further_fields.size());
  std::memcpy(q, stamp, stamp_size);
  q += stamp_size;
  out.append(head, static_cast<size_t>(q - head));
  out.append(time_field_);
  out.append(new_record);
  out.append(further_fields);
}

}  // namespace replog::wire
