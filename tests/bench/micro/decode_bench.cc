// Reading a chunk's bytes: walking its records, decoding each, or taking just its channel.
#include <benchmark/benchmark.h>

#include "proto/wire/record_view.h"
#include "tests/bench/micro/synthetic.h"

namespace replog::bench {
namespace {

template <typename Read>
void ReadChunk(benchmark::State& state, const Read& read) {
  const ChunkPtr chunk = Chunks(1, 0, 400, 100).front();
  for (auto _ : state) {
    wire::RecordsReader reader(chunk->records());
    std::string_view encoded;
    while (reader.Next(encoded)) read(encoded);
  }
  state.SetItemsProcessed(state.iterations() * chunk->header().count);
  state.SetBytesProcessed(state.iterations() * static_cast<int64_t>(chunk->records().size()));
}

void BM_RecordsReader(benchmark::State& state) {
  ReadChunk(state, [](std::string_view encoded) { benchmark::DoNotOptimize(encoded.data()); });
}
BENCHMARK(BM_RecordsReader);

void BM_ChannelOf(benchmark::State& state) {
  ReadChunk(state, [](std::string_view encoded) { benchmark::DoNotOptimize(wire::ChannelOf(encoded)); });
}
BENCHMARK(BM_ChannelOf);

void BM_DecodeRecord(benchmark::State& state) {
  ReadChunk(state, [](std::string_view encoded) { benchmark::DoNotOptimize(wire::DecodeRecord(encoded)); });
}
BENCHMARK(BM_DecodeRecord);

}  // namespace
}  // namespace replog::bench
