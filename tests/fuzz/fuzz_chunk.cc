// Stored chunks as a damaged disk may give them back. The fuzzer cannot guess a checksum, so each input is
// also tried with the right one.

#include "proto/wire/record_view.h"
#include "storage/model/chunk_format.h"
#include "tests/fuzz/input.h"

using namespace replog;
using testing::Require;

namespace {

void Use(const absl::StatusOr<ChunkPtr>& chunk, std::string_view encoded) {
  if (!chunk.ok()) return;
  Require((*chunk)->encoded() == encoded, "a chunk has the bytes that it was decoded from");
  Require((*chunk)->end() > (*chunk)->first(), "a chunk has records");
  wire::RecordsReader reader((*chunk)->records());
  std::string_view record;
  while (reader.Next(record)) (void)wire::DecodeRecord(record);
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
  constexpr LogNumber kLog = 1;
  constexpr Sequence kFirst = 5;
  const auto encoded = testing::AsText(data, size);
  Use(DecodeChunk(kLog, kFirst, encoded), encoded);
  const auto header = DecodeChunkHeader(kLog, kFirst, encoded);
  if (!header.ok()) return 0;
  std::string sealed(encoded);
  SealChunk(kLog, kFirst, *header, sealed);
  const auto chunk = DecodeChunk(kLog, kFirst, sealed);
  Use(chunk, sealed);
  if (!chunk.ok()) return 0;
  sealed.back() = static_cast<char>(sealed.back() ^ 1);
  Require(!DecodeChunk(kLog, kFirst, sealed).ok(), "a flipped bit is found");
  return 0;
}
