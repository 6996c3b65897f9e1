// Encoding: new records into chunks, and the checksum over them.
#include <benchmark/benchmark.h>

#include "base/crc32c.h"
#include "storage/model/chunk_builder.h"
#include "storage/model/chunk_format.h"
#include "tests/bench/micro/synthetic.h"

namespace replog::bench {
namespace {

// One commit of about 1 MiB into sealed chunks, checksums included.
void BM_ChunkBuilder(benchmark::State& state) {
  const auto body_bytes = static_cast<size_t>(state.range(0));
  const std::string record = NewRecord("room-0", body_bytes);
  const size_t count = (1 << 20) / body_bytes;
  int64_t bytes = 0;
  for (auto _ : state) {
    ChunkBuilder builder(
        {.log = 1, .epoch = 1, .next = 0, .bytes_before = 0, .time_us = 1'700'000'000'000'000});
    builder.Expect(count * record.size());
    for (size_t i = 0; i < count; ++i) builder.Add(record);
    benchmark::DoNotOptimize(builder.Finish());
    bytes += static_cast<int64_t>(builder.bytes_before_next());
  }
  state.SetItemsProcessed(state.iterations() * static_cast<int64_t>(count));
  state.SetBytesProcessed(bytes);
}
BENCHMARK(BM_ChunkBuilder)->ArgName("body")->Arg(100)->Arg(1024);

// What a read from disk costs beyond the disk: the checksum and the copy.
void BM_DecodeChunk(benchmark::State& state) {
  const ChunkPtr chunk = Chunks(1, 0, 400, 100).front();
  for (auto _ : state) {
    auto decoded = DecodeChunk(1, 0, chunk->encoded());
    if (!decoded.ok()) state.SkipWithError("damaged");
    benchmark::DoNotOptimize(decoded);
  }
  state.SetBytesProcessed(state.iterations() * static_cast<int64_t>(chunk->encoded().size()));
}
BENCHMARK(BM_DecodeChunk);

void BM_Crc32c(benchmark::State& state) {
  const std::string data = Body(static_cast<size_t>(state.range(0)));
  for (auto _ : state) benchmark::DoNotOptimize(Crc32c(data));
  state.SetBytesProcessed(state.iterations() * state.range(0));
}
BENCHMARK(BM_Crc32c)->Arg(128)->Arg(4 << 10)->Arg(64 << 10);

}  // namespace
}  // namespace replog::bench
