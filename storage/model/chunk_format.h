#pragma once

#include <string>
#include <string_view>

#include "absl/status/statusor.h"
#include "storage/model/chunk.h"

namespace replog {

// The stored form of a chunk: a header of kChunkHeaderSize bytes, then the records. All numbers
// little-endian.
//
//   offset size
//        0    1  format, kChunkFormat
//        1    3  zero
//        4    4  CRC-32C of: log number and first sequence (8 bytes each, big endian, as in the key), then
//        every byte
//                of the value from offset 8 on. The key is covered so that a value under a wrong key is
//                found.
//        8    8  epoch
//       16    8  bytes_before
//       24    8  last_time_us
//       32    4  count of records
//       36    …  records: for each record 0x0a, its length as a varint, its fields
//
// Example: log 1, first sequence 0, epoch 1, one record {sequence 0, time 1970-01-01T00:00:01Z, channel "c"}:
//   01 00 00 00 <crc> | 01 0…0 | 00 0…0 | 40 42 0f 00 0…0 | 01 00 00 00 | 0a 09 08 00 12 02 08 01 1a 01 63
inline constexpr uint8_t kChunkFormat = 1;
inline constexpr size_t kChunkHeaderSize = 36;

// Writes the header over the first kChunkHeaderSize bytes of `encoded`, whose records are complete.
void SealChunk(LogNumber log, Sequence first, const Chunk::Header& header, std::string& encoded);

// Checks and takes apart a stored chunk. CORRUPT_CHUNK, with the range as far as it is known, when anything
// is wrong.
absl::StatusOr<ChunkPtr> DecodeChunk(LogNumber log, Sequence first, std::string_view encoded);

// Only the header, without the checksum over the records: for searches that look at many chunks.
absl::StatusOr<Chunk::Header> DecodeChunkHeader(LogNumber log, Sequence first, std::string_view encoded);

}  // namespace replog
