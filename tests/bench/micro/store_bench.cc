// The store alone: commits, and reads of what is not in any of our own memory. In a temporary directory: set
// TMPDIR to choose the disk.
#include <benchmark/benchmark.h>

#include <stdexcept>

#include "storage/rocks/rocks_store.h"
#include "tests/bench/micro/synthetic.h"
#include "tests/support/temp_directory.h"

namespace replog::bench {
namespace {

constexpr size_t kBodyBytes = 100;

class BenchStore {
 public:
  BenchStore() {
    Open();
    log_ = Must(store_->CreateLog("bench", {})).descriptor.number;
  }

  // Closes the store, which flushes it, and opens it with an empty block cache.
  void OpenAgain() {
    store_.reset();
    Open();
  }

  void Commit(size_t records, Durability durability) {
    LogCommit commit{.log = log_, .chunks = Chunks(log_, next_, records, kBodyBytes)};
    CommitChunks(std::move(commit), durability);
  }
  // `commit`'s chunks begin at next().
  void CommitChunks(LogCommit commit, Durability durability) {
    next_ = commit.chunks.back()->end();
    if (auto status = store_->Commit({&commit, 1}, durability); !status.ok())
      throw std::runtime_error(std::string(status.message()));
  }

  LogStore& store() { return *store_; }
  LogNumber log() const { return log_; }
  Sequence next() const { return next_; }

 private:
  template <typename T>
  static T Must(absl::StatusOr<T> result) {
    if (!result.ok()) throw std::runtime_error(std::string(result.status().message()));
    return *std::move(result);
  }
  void Open() { store_ = Must(RocksStore::Open({.directory = directory_ / "data"})); }

  const testing::TempDirectory directory_;
  std::unique_ptr<RocksStore> store_;
  LogNumber log_ = 0;
  Sequence next_ = 0;
};

// One commit of a group of records: one WriteBatch and, for sync, one sync.
void BM_Commit(benchmark::State& state, Durability durability) {
  BenchStore store;
  const auto records = static_cast<size_t>(state.range(0));
  for (auto _ : state) {
    state.PauseTiming();
    LogCommit commit{.log = store.log(), .chunks = Chunks(store.log(), store.next(), records, kBodyBytes)};
    state.ResumeTiming();
    store.CommitChunks(std::move(commit), durability);
  }
  state.SetItemsProcessed(state.iterations() * state.range(0));
}
BENCHMARK_CAPTURE(BM_Commit, sync, Durability::kSync)
    ->ArgName("records")
    ->Arg(1)
    ->Arg(100)
    ->Arg(1000)
    ->UseRealTime();
BENCHMARK_CAPTURE(BM_Commit, os, Durability::kOs)
    ->ArgName("records")
    ->Arg(1)
    ->Arg(100)
    ->Arg(1000)
    ->UseRealTime();

// All of a log, in slices of 256 KiB, with an empty block cache; the kernel may still have the files. `group`
// is how many records each commit had.
void BM_ColdReadForward(benchmark::State& state) {
  constexpr Sequence kRecords = 200'000;
  BenchStore store;
  while (store.next() < kRecords) store.Commit(static_cast<size_t>(state.range(0)), Durability::kOs);
  for (auto _ : state) {
    state.PauseTiming();
    store.OpenAgain();
    state.ResumeTiming();
    for (Sequence next = 0; next < store.next();) {
      auto run = store.store().ReadForward(store.log(), next, store.next(), 256 << 10, ChannelFilter());
      if (!run.ok() || run->next <= next) throw std::runtime_error("cannot read");
      next = run->next;
    }
  }
  state.SetItemsProcessed(state.iterations() * static_cast<int64_t>(store.next()));
}
BENCHMARK(BM_ColdReadForward)
    ->ArgName("group")
    ->Arg(1)
    ->Arg(1000)
    ->UseRealTime()
    ->Unit(benchmark::kMillisecond);

}  // namespace
}  // namespace replog::bench
