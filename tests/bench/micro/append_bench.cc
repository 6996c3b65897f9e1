// What an append costs before it is queued: the checks of a record and of a whole request.
#include <benchmark/benchmark.h>

#include "base/utf8.h"
#include "server/core/append_request.h"
#include "server/core/record_validator.h"
#include "tests/bench/micro/synthetic.h"

namespace replog::bench {
namespace {

void BM_ValidateRecord(benchmark::State& state) {
  const std::string record = NewRecord("room-0", static_cast<size_t>(state.range(0)));
  const Limits limits;
  for (auto _ : state) {
    RecordValidator validator(limits);
    benchmark::DoNotOptimize(validator.Check(record, 0).ok());
  }
  state.SetItemsProcessed(state.iterations());
  state.SetBytesProcessed(state.iterations() * static_cast<int64_t>(record.size()));
}
BENCHMARK(BM_ValidateRecord)->ArgName("body")->Arg(100)->Arg(1024);

// About 256 KiB, as the client's producer sends them. Includes one copy of the request.
void BM_ParseAppendRequest(benchmark::State& state) {
  const auto body_bytes = static_cast<size_t>(state.range(0));
  const size_t count = (256 << 10) / body_bytes;
  const std::string request = AppendRequest(count, body_bytes);
  const Limits limits;
  for (auto _ : state) {
    auto parsed = ParseAppendRequest(request, limits);
    if (!parsed.ok()) state.SkipWithError("refused");
    benchmark::DoNotOptimize(parsed);
  }
  state.SetItemsProcessed(state.iterations() * static_cast<int64_t>(count));
  state.SetBytesProcessed(state.iterations() * static_cast<int64_t>(request.size()));
}
BENCHMARK(BM_ParseAppendRequest)->ArgName("body")->Arg(100)->Arg(1024);

void BM_Utf8(benchmark::State& state, const std::string& letter) {
  std::string text;
  while (text.size() < static_cast<size_t>(state.range(0))) text += letter;
  for (auto _ : state) benchmark::DoNotOptimize(IsUtf8(text));
  state.SetBytesProcessed(state.iterations() * static_cast<int64_t>(text.size()));
}
BENCHMARK_CAPTURE(BM_Utf8, ascii, std::string("a"))->Arg(59)->Arg(1024);
BENCHMARK_CAPTURE(BM_Utf8, cyrillic, std::string("ж"))->Arg(59)->Arg(1024);
BENCHMARK_CAPTURE(BM_Utf8, mixed, std::string("plain text, then ж, 語 and 🙂; "))->Arg(59)->Arg(1024);

}  // namespace
}  // namespace replog::bench
