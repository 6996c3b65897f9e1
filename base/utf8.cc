#include "base/utf8.h"

#include <cstdint>
#include <cstring>

namespace replog {
namespace {

bool IsContinuation(uint8_t c) { return (c & 0xc0) == 0x80; }

// The bytes of the well-formed sequence that starts with the non-ASCII byte at p; 0 when there is none.
size_t SequenceLength(const uint8_t* p, size_t left) {
  const uint8_t lead = p[0];
  if (lead < 0xc2 || lead > 0xf4) return 0;
  if (left < 2) return 0;
  const uint8_t second = p[1];
  if (lead < 0xe0) return IsContinuation(second) ? 2 : 0;
  if (lead < 0xf0) {
    const uint8_t low = lead == 0xe0 ? 0xa0 : 0x80;   // overlong below
    const uint8_t high = lead == 0xed ? 0x9f : 0xbf;  // surrogates above
    return left >= 3 && second >= low && second <= high && IsContinuation(p[2]) ? 3 : 0;
  }
  const uint8_t low = lead == 0xf0 ? 0x90 : 0x80;   // overlong below
  const uint8_t high = lead == 0xf4 ? 0x8f : 0xbf;  // past U+10FFFF above
  return left >= 4 && second >= low && second <= high && IsContinuation(p[2]) && IsContinuation(p[3]) ? 4 : 0;
}

}  // namespace

bool IsUtf8(std::string_view text) {
  const auto* p = reinterpret_cast<const uint8_t*>(text.data());
  size_t left = text.size();
  while (left > 0) {
    if (left >= 8) {
      uint64_t word;
      std::memcpy(&word, p, 8);
      if ((word & 0x8080808080808080u) == 0) {
        p += 8;
        left -= 8;
        continue;
      }
    }
    const size_t length = *p < 0x80 ? 1 : SequenceLength(p, left);
    if (length == 0) return false;
    p += length;
    left -= length;
  }
  return true;
}

std::string Excerpt(std::string_view text) {
  constexpr size_t kMaxBytes = 100;
  if (text.size() <= kMaxBytes) return IsUtf8(text) ? std::string(text) : "(not UTF-8)";
  size_t end = kMaxBytes;
  while (end > 0 && IsContinuation(static_cast<uint8_t>(text[end]))) --end;
  const std::string_view head = text.substr(0, end);
  return IsUtf8(head) ? std::string(head) + "..." : "(not UTF-8)";
}

}  // namespace replog
