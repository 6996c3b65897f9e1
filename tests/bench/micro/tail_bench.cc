// The tail: one publication and what all its readers ask about it.
#include <benchmark/benchmark.h>

#include <stdexcept>

#include "server/core/tail.h"
#include "tests/bench/micro/synthetic.h"

namespace replog::bench {
namespace {

class NoWaiter final : public TailWaiter {
 public:
  void OnTail() override {}
};

struct Reader {
  Sequence next = 0;
  std::shared_ptr<TailWaiter> waiter = std::make_shared<NoWaiter>();
};

// Reads all there is, and registers for more.
void ReadToEnd(Tail& tail, Reader& reader) {
  for (;;) {
    const TailAnswer answer = tail.Read(reader.next, 256 << 10, reader.waiter);
    if (answer.kind == TailAnswer::Kind::kWait) return;
    if (answer.kind != TailAnswer::Kind::kBatch)
      throw std::runtime_error("behind a tail that holds everything");
    reader.next = answer.chunks.back()->end();
  }
}

// Each round publishes one chunk of `records` to `readers` that wait; a round costs two questions a reader.
// The chunks are made before: once they are used up, a new tail begins.
void BM_TailPublishAndRead(benchmark::State& state) {
  constexpr size_t kRounds = 256;
  const auto count = static_cast<size_t>(state.range(1));
  std::vector<ChunkPtr> chunks;
  for (size_t i = 0; i < kRounds; ++i) chunks.push_back(Chunks(1, i * count, count, 100).front());
  std::vector<Reader> readers;
  std::unique_ptr<Tail> tail;
  size_t round = kRounds;
  for (auto _ : state) {
    if (round == kRounds) {
      state.PauseTiming();
      round = 0;
      tail = std::make_unique<Tail>(64 << 20, 0, 0);
      readers = std::vector<Reader>(static_cast<size_t>(state.range(0)));
      for (Reader& reader : readers) ReadToEnd(*tail, reader);
      state.ResumeTiming();
    }
    for (const auto& waiter : tail->Publish({chunks[round++]})) waiter->OnTail();
    for (Reader& reader : readers) ReadToEnd(*tail, reader);
  }
  state.SetItemsProcessed(state.iterations() * state.range(0) * state.range(1));
  state.SetLabel("items: records delivered");
}
BENCHMARK(BM_TailPublishAndRead)->ArgNames({"readers", "records"})->ArgsProduct({{1, 50}, {1, 400}});

}  // namespace
}  // namespace replog::bench
