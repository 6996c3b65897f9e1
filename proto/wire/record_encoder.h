#pragma once

#include <cstdint>
#include <string>
#include <string_view>

#include "proto/wire/fields.h"

namespace replog::wire {

// The fields that the server puts before a client's NewRecord bytes to make them a Record: sequence and time.
// One is made for a batch; only the sequence differs between its records.
class RecordStamp {
 public:
  // `time_us`: microseconds since 1970, not negative.
  explicit RecordStamp(int64_t time_us);

  // Appends a whole `records` entry (tag, length, stamp, the client's bytes, further encoded fields) to
  // `out`.
  void AppendRecord(std::string& out, uint64_t sequence, std::string_view new_record,
                    std::string_view further_fields = {}) const;

  // An upper bound of what AppendRecord adds to the client's bytes and the further fields.
  static constexpr size_t kMaxOverhead = 48;

 private:
  std::string time_field_;
};

// Writers for a NewRecord, in field order; each appends one field.
inline void AppendHeader(std::string& out, std::string_view name, std::string_view value) {
  const size_t size = 2 + VarintSize(name.size()) + name.size() + VarintSize(value.size()) + value.size();
  AppendVarint(out, Tag(record_field::kHeaders, WireType::kBytes));
  AppendVarint(out, size);
  AppendBytesField(out, 1, name);
  AppendBytesField(out, 2, value);
}

}  // namespace replog::wire
