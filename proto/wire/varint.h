#pragma once

#include <cstdint>
#include <string>
#include <string_view>

namespace replog::wire {

// Base-128 varints of the protobuf encoding.

inline constexpr int kMaxVarintBytes = 10;

// Writes `value` at `out`, which has room for kMaxVarintBytes, and returns the first byte after it.
inline char* WriteVarint(char* out, uint64_t value) {
  while (value >= 0x80) {
    *out++ = static_cast<char>(value | 0x80);
    value >>= 7;
  }
  *out++ = static_cast<char>(value);
  return out;
}

inline void AppendVarint(std::string& out, uint64_t value) {
  char buffer[kMaxVarintBytes];
  out.append(buffer, static_cast<size_t>(WriteVarint(buffer, value) - buffer));
}

inline size_t VarintSize(uint64_t value) {
  size_t size = 1;
  for (; value >= 0x80; value >>= 7) ++size;
  return size;
}

// Takes a varint off the front of `data`. False when it is cut short or longer than ten bytes; `data` is then
// unspecified.
inline bool TakeVarint(std::string_view& data, uint64_t& value) {
  if (!data.empty() && static_cast<uint8_t>(data[0]) < 0x80) {  // most lengths and tags
    value = static_cast<uint8_t>(data[0]);
    data.remove_prefix(1);
    return true;
  }
  value = 0;
  for (size_t i = 0; i < data.size() && i < kMaxVarintBytes; ++i) {
    const auto byte = static_cast<uint8_t>(data[i]);
    value |= static_cast<uint64_t>(byte & 0x7f) << (7 * i);
    if (byte < 0x80) {
      // The tenth byte holds the 64th bit and nothing else.
      if (i == kMaxVarintBytes - 1 && byte > 1) return false;
      data.remove_prefix(i + 1);
      return true;
    }
  }
  return false;
}

}  // namespace replog::wire
