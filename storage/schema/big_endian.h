#pragma once

#include <cstdint>
#include <cstring>
#include <string>
#include <string_view>

namespace replog::schema {

// Eight bytes, most significant first: byte order is number order.
inline void AppendBigEndian(std::string& out, uint64_t value) {
  const uint64_t swapped = __builtin_bswap64(value);
  char bytes[8];
  std::memcpy(bytes, &swapped, 8);
  out.append(bytes, 8);
}

// Takes a number off the front; false when there are not enough bytes.
inline bool TakeBigEndian(std::string_view& data, uint64_t& value) {
  if (data.size() < 8) return false;
  std::memcpy(&value, data.data(), 8);
  value = __builtin_bswap64(value);
  data.remove_prefix(8);
  return true;
}

}  // namespace replog::schema
