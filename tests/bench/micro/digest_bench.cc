// What a table's digest costs for each record: its row's hash, and keeping the sum.
#include <benchmark/benchmark.h>

#include <string>

#include "proto/wire/table_digest.h"

namespace replog::bench {
namespace {

void BM_RowHash(benchmark::State& state) {
  const std::string body(static_cast<size_t>(state.range(0)), 'x');
  wire::RecordView row;
  row.channel = "users";
  row.key = "key-1234567";
  row.body = body;
  row.body_kind = wire::RecordView::Body::kText;
  wire::RowHasher hasher;
  for (auto _ : state) {
    ++row.sequence;
    benchmark::DoNotOptimize(hasher.Hash(row));
  }
  state.SetItemsProcessed(state.iterations());
}
BENCHMARK(BM_RowHash)->Arg(100)->Arg(1024);

void BM_DigestReplaceRow(benchmark::State& state) {
  wire::DigestBytes before{};
  wire::DigestBytes after{};
  after.fill(0xab);
  wire::TableDigest digest;
  for (auto _ : state) {
    digest.Subtract(before);
    digest.Add(after);
    benchmark::DoNotOptimize(digest);
  }
  state.SetItemsProcessed(state.iterations());
}
BENCHMARK(BM_DigestReplaceRow);

}  // namespace
}  // namespace replog::bench
