#include "base/crc32c.h"

#include <array>
#include <cstring>
#include <string>

namespace replog {
namespace {

constexpr uint32_t kPolynomial = 0x82f63b78;  // Castagnoli's, bit-reversed.

constexpr std::array<uint32_t, 256> MakeTable() {
  std::array<uint32_t, 256> table{};
  for (uint32_t i = 0; i < 256; ++i) {
    uint32_t value = i;
    for (int bit = 0; bit < 8; ++bit) value = (value >> 1) ^ ((value & 1) ? kPolynomial : 0);
    table[i] = value;
  }
  return table;
}

uint32_t ExtendPortable(uint32_t crc, std::string_view data) {
  static constexpr std::array<uint32_t, 256> kTable = MakeTable();
  for (const char c : data) crc = kTable[(crc ^ static_cast<uint8_t>(c)) & 0xff] ^ (crc >> 8);
  return crc;
}

#if defined(__x86_64__)
// The processor begins a CRC instruction in each cycle, but each takes three: so three stretches of the data,
// one after the other, are taken at the same time, and what comes of them is put together (V. Gopal et al.,
// "Fast CRC Computation for iSCSI Polynomial Using CRC32 Instruction", 2011).
constexpr size_t kStretch = 1024;

// What becomes of a CRC when kStretch zero bytes follow: linear, so it is looked up byte by byte.
class ZeroStretch {
 public:
  ZeroStretch() {
    const std::string zeros(kStretch, '\0');
    for (int bit = 0; bit < 32; ++bit) {
      const uint32_t image = ExtendPortable(1u << bit, zeros);
      auto& table = tables_[bit / 8];
      for (size_t byte = 0; byte < table.size(); ++byte)
        table[byte] ^= (byte >> bit % 8 & 1) != 0 ? image : 0;
    }
  }
  uint32_t Follow(uint32_t crc) const {
    return tables_[0][crc & 0xff] ^ tables_[1][crc >> 8 & 0xff] ^ tables_[2][crc >> 16 & 0xff] ^
           tables_[3][crc >> 24];
  }

 private:
  std::array<std::array<uint32_t, 256>, 4> tables_{};
};

uint64_t Word(const char* p) {
  uint64_t word;
  std::memcpy(&word, p, sizeof word);
  return word;
}

__attribute__((target("sse4.2"))) uint32_t ExtendByThree(uint32_t crc, const char* p) {
  static const ZeroStretch zeros;
  uint64_t first = crc;
  uint64_t second = 0;
  uint64_t third = 0;
  for (const char* const end = p + kStretch; p < end; p += 8) {
    first = __builtin_ia32_crc32di(first, Word(p));
    second = __builtin_ia32_crc32di(second, Word(p + kStretch));
    third = __builtin_ia32_crc32di(third, Word(p + 2 * kStretch));
  }
  const uint32_t both = zeros.Follow(static_cast<uint32_t>(first)) ^ static_cast<uint32_t>(second);
  return zeros.Follow(both) ^ static_cast<uint32_t>(third);
}

__attribute__((target("sse4.2"))) uint32_t ExtendSse42(uint32_t crc, std::string_view data) {
  const char* p = data.data();
  size_t left = data.size();
  for (; left >= 3 * kStretch; p += 3 * kStretch, left -= 3 * kStretch) crc = ExtendByThree(crc, p);
  uint64_t wide = crc;
  for (; left >= 8; p += 8, left -= 8) wide = __builtin_ia32_crc32di(wide, Word(p));
  crc = static_cast<uint32_t>(wide);
  for (; left > 0; ++p, --left) crc = __builtin_ia32_crc32qi(crc, static_cast<uint8_t>(*p));
  return crc;
}
#endif

using Extend = uint32_t (*)(uint32_t, std::string_view);

Extend ChooseExtend() {
#if defined(__x86_64__)
  if (__builtin_cpu_supports("sse4.2")) return ExtendSse42;
#endif
  return ExtendPortable;
}

}  // namespace

uint32_t ExtendCrc32c(uint32_t crc, std::string_view data) {
  static const Extend extend = ChooseExtend();
  return ~extend(~crc, data);
}

}  // namespace replog
