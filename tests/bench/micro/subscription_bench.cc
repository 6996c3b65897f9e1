// The subscription's state machine: chunks from the tail into frames, whole, and with a filter.
#include <benchmark/benchmark.h>

#include "server/core/subscription.h"
#include "tests/bench/micro/synthetic.h"

namespace replog::bench {
namespace {

// Answers with all chunks once, then with kWait; counts the bytes of the frames.
size_t RunToWait(Subscription& subscription, const std::vector<ChunkPtr>& chunks) {
  size_t bytes = 0;
  for (;;) {
    switch (subscription.Next(0)) {
      case Subscription::Step::kAskTail: {
        TailAnswer answer;
        answer.committed_end = chunks.back()->end();
        answer.kind =
            subscription.next() < answer.committed_end ? TailAnswer::Kind::kBatch : TailAnswer::Kind::kWait;
        if (answer.kind == TailAnswer::Kind::kBatch) answer.chunks = chunks;
        subscription.OnTail(std::move(answer));
        break;
      }
      case Subscription::Step::kSend:
        for (const Piece& piece : subscription.TakeFrame(0).records) bytes += piece.bytes.size();
        break;
      default:
        return bytes;
    }
  }
}

// `channels`: of how many the log's records are; with a filter, one of them is wanted.
void BM_SubscriptionFrames(benchmark::State& state, bool filtered) {
  constexpr size_t kRecords = 10'000;
  const auto chunks = Chunks(1, 0, kRecords, 100, static_cast<size_t>(state.range(0)));
  size_t bytes = 0;
  for (auto _ : state) {
    Subscription::Options options;
    if (filtered) options.filter = ChannelFilter({"room-0"});
    Subscription subscription(std::move(options), 0);
    bytes += RunToWait(subscription, chunks);
  }
  state.SetItemsProcessed(state.iterations() * static_cast<int64_t>(kRecords));
  state.SetBytesProcessed(static_cast<int64_t>(bytes));
  state.SetLabel("items: records passed; bytes: sent");
}
BENCHMARK_CAPTURE(BM_SubscriptionFrames, whole, false)->ArgName("channels")->Arg(1)->Arg(10);
BENCHMARK_CAPTURE(BM_SubscriptionFrames, filtered, true)->ArgName("channels")->Arg(1)->Arg(10)->Arg(1000);

}  // namespace
}  // namespace replog::bench
