#include "storage/model/chunk_format.h"

#include <bit>
#include <cstring>

#include "absl/strings/str_cat.h"
#include "base/crc32c.h"
#include "base/error.h"

namespace replog {
namespace {

static_assert(std::endian::native == std::endian::little, "the header is written as it lies in memory");

constexpr size_t kCrcOffset = 4;
constexpr size_t kCoveredOffset = 8;
constexpr size_t kEpochOffset = 8;
constexpr size_t kBytesBeforeOffset = 16;
constexpr size_t kTimeOffset = 24;
constexpr size_t kCountOffset = 32;
static_assert(kCountOffset + 4 == kChunkHeaderSize);

template <typename T>
void Put(char* at, T value) {
  std::memcpy(at, &value, sizeof value);
}
template <typename T>
T Get(std::string_view data, size_t offset) {
  T value;
  std::memcpy(&value, data.data() + offset, sizeof value);
  return value;
}

uint64_t BigEndian(uint64_t value) { return __builtin_bswap64(value); }

uint32_t Checksum(LogNumber log, Sequence first, std::string_view encoded) {
  char key[16];
  Put(key, BigEndian(log));
  Put(key + 8, BigEndian(first));
  return ExtendCrc32c(Crc32c({key, sizeof key}), encoded.substr(kCoveredOffset));
}

absl::Status Corrupt(LogNumber log, Sequence first, uint32_t count, std::string_view what) {
  const Sequence end = first + (count == 0 ? 1 : count);
  return MakeError(Reason::kCorruptChunk,
                   absl::StrCat("stored chunk of log number ", log, ", sequences ", first, " to ", end - 1,
                                ": ", absl::string_view(what.data(), what.size())),
                   {{"first_sequence", std::to_string(first)}, {"end_sequence", std::to_string(end)}});
}

}  // namespace

void SealChunk(LogNumber log, Sequence first, const Chunk::Header& header, std::string& encoded) {
  char* p = encoded.data();
  std::memset(p, 0, kChunkHeaderSize);
  p[0] = kChunkFormat;
  Put(p + kEpochOffset, header.epoch);
  Put(p + kBytesBeforeOffset, header.bytes_before);
  Put(p + kTimeOffset, header.last_time_us);
  Put(p + kCountOffset, header.count);
  Put(p + kCrcOffset, Checksum(log, first, encoded));
}

absl::StatusOr<Chunk::Header> DecodeChunkHeader(LogNumber log, Sequence first, std::string_view encoded) {
  if (encoded.size() < kChunkHeaderSize) return Corrupt(log, first, 0, "cut short");
  // The format and the three zero bytes after it, which no checksum covers.
  if (Get<uint32_t>(encoded, 0) != kChunkFormat) return Corrupt(log, first, 0, "unknown chunk format");
  Chunk::Header header;
  header.epoch = Get<uint64_t>(encoded, kEpochOffset);
  header.bytes_before = Get<uint64_t>(encoded, kBytesBeforeOffset);
  header.last_time_us = Get<int64_t>(encoded, kTimeOffset);
  header.count = Get<uint32_t>(encoded, kCountOffset);
  return header;
}

absl::StatusOr<ChunkPtr> DecodeChunk(LogNumber log, Sequence first, std::string_view encoded) {
  const auto header = DecodeChunkHeader(log, first, encoded);
  if (!header.ok()) return header.status();
  if (Get<uint32_t>(encoded, kCrcOffset) != Checksum(log, first, encoded)) {
    // The count may be what was damaged, so the range is only as good as it.
    return Corrupt(log, first, 0, "checksum mismatch");
  }
  if (header->count == 0) return Corrupt(log, first, 0, "no records");
  return std::make_shared<const Chunk>(first, *header, std::string(encoded), std::vector<ChannelCount>());
}

}  // namespace replog
