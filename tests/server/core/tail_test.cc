#include "server/core/tail.h"

#include <gtest/gtest.h>

#include "tests/server/core/records.h"

namespace replog {
namespace {

using Kind = TailAnswer::Kind;
using testing::MakeChunk;

constexpr size_t kPlenty = 1 << 20;

struct CountingWaiter final : TailWaiter {
  void OnTail() override { ++calls; }
  int calls = 0;
};

class TailTest : public ::testing::Test {
 protected:
  TailAnswer Read(Tail& tail, Sequence next, size_t max_bytes = kPlenty) {
    return tail.Read(next, max_bytes, waiter_);
  }
  static std::vector<Sequence> Firsts(const TailAnswer& answer) {
    std::vector<Sequence> firsts;
    for (const ChunkPtr& chunk : answer.chunks) firsts.push_back(chunk->first());
    return firsts;
  }
  // Publishes chunks of two records each.
  static TailWaiters PublishPairs(Tail& tail, Sequence first, int pairs) {
    std::vector<ChunkPtr> chunks;
    for (int i = 0; i < pairs; ++i)
      chunks.push_back(MakeChunk(first + 2 * static_cast<Sequence>(i), {"c", "c"}));
    return tail.Publish(std::move(chunks));
  }

  std::shared_ptr<CountingWaiter> waiter_ = std::make_shared<CountingWaiter>();
};

TEST_F(TailTest, RegistersAReaderThatIsAtTheEnd) {
  Tail tail(kPlenty, 3, 10);
  const auto answer = Read(tail, 10);
  EXPECT_EQ(answer.kind, Kind::kWait);
  EXPECT_EQ(answer.committed_end, 10u);
  EXPECT_EQ(answer.first_kept, 3u);
  EXPECT_EQ(PublishPairs(tail, 10, 1), TailWaiters{waiter_});
  EXPECT_TRUE(PublishPairs(tail, 12, 1).empty()) << "once for each time it was registered";
  EXPECT_EQ(waiter_->calls, 0) << "the caller wakes, not the tail";
}

TEST_F(TailTest, RegistersAWaiterOnlyOnce) {
  Tail tail(kPlenty, 0, 0);
  Read(tail, 0);
  Read(tail, 0);
  EXPECT_EQ(PublishPairs(tail, 0, 1).size(), 1u);
}

TEST_F(TailTest, ForgetsAWaiterThatCancels) {
  Tail tail(kPlenty, 0, 0);
  Read(tail, 0);
  tail.CancelWait(waiter_);
  EXPECT_TRUE(PublishPairs(tail, 0, 1).empty());
  EXPECT_EQ(waiter_.use_count(), 1);
}

TEST_F(TailTest, GivesTheChunkThatHoldsTheNextRecordAndWhatFollows) {
  Tail tail(kPlenty, 0, 0);
  EXPECT_TRUE(PublishPairs(tail, 0, 3).empty());
  EXPECT_EQ(Firsts(Read(tail, 0)), (std::vector<Sequence>{0, 2, 4}));
  EXPECT_EQ(Firsts(Read(tail, 3)), (std::vector<Sequence>{2, 4}));
  EXPECT_EQ(Firsts(Read(tail, 4)), (std::vector<Sequence>{4}));
  EXPECT_EQ(Read(tail, 6).kind, Kind::kWait);
}

TEST_F(TailTest, GivesAtLeastOneChunkAndAboutTheBytesAskedFor) {
  Tail tail(kPlenty, 0, 0);
  EXPECT_TRUE(PublishPairs(tail, 0, 3).empty());
  EXPECT_EQ(Firsts(Read(tail, 0, 1)).size(), 1u);
  const size_t one = MakeChunk(0, {"c", "c"})->encoded().size();
  EXPECT_EQ(Firsts(Read(tail, 0, one)).size(), 1u);
  EXPECT_EQ(Firsts(Read(tail, 0, one + 1)).size(), 2u);
}

TEST_F(TailTest, SaysBehindBelowWhatIsInMemory) {
  Tail tail(kPlenty, 0, 10);
  EXPECT_TRUE(PublishPairs(tail, 10, 1).empty());
  EXPECT_EQ(Read(tail, 9).kind, Kind::kBehind);
  EXPECT_EQ(Read(tail, 9).committed_end, 12u);
  EXPECT_EQ(Read(tail, 10).kind, Kind::kBatch);
  EXPECT_EQ(tail.first_in_memory(), 10u);
}

TEST_F(TailTest, ForgetsTheOldestFirstAndNeverTheNewest) {
  Tail tail(1, 0, 0);
  EXPECT_TRUE(PublishPairs(tail, 0, 3).empty());
  EXPECT_EQ(tail.first_in_memory(), 4u);
  EXPECT_EQ(Read(tail, 3).kind, Kind::kBehind);
  EXPECT_EQ(Firsts(Read(tail, 4)), (std::vector<Sequence>{4}));
}

TEST_F(TailTest, HoldsNoMoreThanItsBytes) {
  const size_t chunk = MakeChunk(0, {"c", "c"}, 1, 1, 1000)->encoded().size();
  Tail tail(10 * chunk, 0, 0);
  for (Sequence first = 0; first < 100; first += 2) {
    EXPECT_TRUE(tail.Publish({MakeChunk(first, {"c", "c"}, 1, 1, 1000)}).empty());
    size_t held = 0;
    for (const ChunkPtr& held_chunk : Read(tail, tail.first_in_memory()).chunks)
      held += held_chunk->encoded().size();
    ASSERT_LE(held, 10 * chunk);
  }
  EXPECT_GT(tail.first_in_memory(), 80u);
  tail.SetMaxBytes(1);
  EXPECT_EQ(tail.first_in_memory(), 98u);
}

TEST_F(TailTest, LetsGoOfWhatIsTrimmedAndTellsEveryone) {
  Tail tail(kPlenty, 0, 0);
  EXPECT_TRUE(PublishPairs(tail, 0, 3).empty());
  Read(tail, 6);
  EXPECT_EQ(tail.Trim(3), TailWaiters{waiter_});
  EXPECT_EQ(tail.first_kept(), 3u);
  EXPECT_EQ(tail.first_in_memory(), 2u) << "the chunk that holds 3";
  EXPECT_TRUE(tail.Trim(1).empty());
  EXPECT_EQ(tail.first_kept(), 3u) << "never back";
  EXPECT_TRUE(tail.Trim(6).empty());
  EXPECT_EQ(Read(tail, 6).kind, Kind::kWait);
  EXPECT_EQ(Read(tail, 6).first_kept, 6u);
}

TEST_F(TailTest, AfterARecoveryWhatItMissedIsReadFromTheStore) {
  Tail tail(kPlenty, 0, 0);
  EXPECT_TRUE(PublishPairs(tail, 0, 1).empty());
  Read(tail, 2);
  EXPECT_EQ(tail.ResetTo(5), TailWaiters{waiter_});
  EXPECT_EQ(Read(tail, 2).kind, Kind::kBehind);
  EXPECT_EQ(Read(tail, 2).committed_end, 5u);
  EXPECT_EQ(Read(tail, 5).kind, Kind::kWait);
  EXPECT_EQ(PublishPairs(tail, 5, 1).size(), 1u);
  EXPECT_EQ(Read(tail, 5).kind, Kind::kBatch);
}

TEST_F(TailTest, ARecoveryThatFindsNothingMoreKeepsWhatIsInMemory) {
  Tail tail(kPlenty, 0, 0);
  EXPECT_TRUE(PublishPairs(tail, 0, 1).empty());
  EXPECT_TRUE(tail.ResetTo(2).empty());
  EXPECT_EQ(Read(tail, 0).kind, Kind::kBatch);
}

TEST_F(TailTest, EndsEveryReaderWhenItIsClosed) {
  Tail tail(kPlenty, 0, 0);
  Read(tail, 0);
  EXPECT_EQ(tail.Close(MakeError(Reason::kLogNotFound, "gone")), TailWaiters{waiter_});
  for (const Sequence next : {0, 7}) {
    const auto answer = Read(tail, next);
    EXPECT_EQ(answer.kind, Kind::kClosed);
    EXPECT_EQ(ReasonOf(answer.closed), Reason::kLogNotFound);
  }
}

}  // namespace
}  // namespace replog
