#pragma once

#include <cstdint>
#include <string_view>

namespace replog {

// CRC-32C (Castagnoli; RFC 3720, appendix B.4). Extends `crc` of what came before; start with 0.
// Uses the processor's instruction where there is one.
uint32_t ExtendCrc32c(uint32_t crc, std::string_view data);

inline uint32_t Crc32c(std::string_view data) { return ExtendCrc32c(0, data); }

}  // namespace replog
