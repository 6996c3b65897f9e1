#include "client/internal/send_queue.h"

#include <gtest/gtest.h>

#include "client/internal/new_record_encoder.h"
#include "replog/v1/replication_log.pb.h"

namespace replog::client::internal {
namespace {

using std::chrono::microseconds;
constexpr SendQueue::TimePoint kStart{};

// A queue of records with the text "x".
class SendQueueTest : public testing::Test {
 protected:
  void Make(const ProducerOptions& options) { queue_.emplace(options, "log"); }
  void Add(int count, SendQueue::TimePoint now = kStart) {
    const NewRecord record{"c", "x", BodyKind::kText, {}};
    for (int i = 0; i < count; ++i) queue_->Add(record, NewRecordFieldSize(record), {}, now);
  }
  // How many records the batch that is due has; 0 when none is.
  uint64_t Take(size_t unanswered, SendQueue::TimePoint now = kStart) {
    return queue_->IsDue(unanswered, now) ? queue_->Take().count : 0;
  }

  std::optional<SendQueue> queue_;
};

TEST_F(SendQueueTest, WithNothingUnansweredARecordIsDueAtOnce) {
  Make({});
  Add(1);
  EXPECT_EQ(Take(0), 1u);
  EXPECT_EQ(Take(0), 0u);
}

TEST_F(SendQueueTest, RecordsGatherWhileEnoughIsUnanswered) {
  Make({});
  Add(1);
  EXPECT_EQ(Take(SendQueue::kEagerBatches), 0u);
  Add(9);
  EXPECT_EQ(Take(SendQueue::kEagerBatches), 0u);
  EXPECT_EQ(Take(SendQueue::kEagerBatches - 1), 10u);
}

TEST_F(SendQueueTest, AFullBatchIsDueWhateverIsUnanswered) {
  ProducerOptions options;
  options.max_batch_records = 4;
  Make(options);
  Add(10);
  EXPECT_EQ(Take(100), 4u);
  EXPECT_EQ(Take(100), 4u);
  EXPECT_EQ(Take(100), 0u);
  EXPECT_EQ(Take(0), 2u);
}

TEST_F(SendQueueTest, ABatchStaysWithinItsBytesExceptForOneLargerRecord) {
  ProducerOptions options;
  options.max_batch_bytes = 100;
  Make(options);
  Add(3);
  const std::string large(500, 'x');
  const NewRecord record{"c", large, BodyKind::kText, {}};
  queue_->Add(record, NewRecordFieldSize(record), {}, kStart);
  Add(1);
  EXPECT_EQ(Take(0), 3u);
  EXPECT_EQ(Take(0), 1u);
  EXPECT_EQ(Take(0), 1u);
}

TEST_F(SendQueueTest, LingerHoldsABatchUntilItsTimeOrAFlush) {
  ProducerOptions options;
  options.linger = microseconds(100);
  Make(options);
  Add(1, kStart);
  Add(1, kStart + microseconds(50));
  EXPECT_EQ(queue_->LingerDeadline(), kStart + microseconds(100));
  EXPECT_EQ(Take(0, kStart + microseconds(99)), 0u);
  EXPECT_EQ(Take(0, kStart + microseconds(100)), 2u);
  Add(1, kStart + microseconds(200));
  queue_->Flush();
  EXPECT_EQ(Take(0, kStart + microseconds(200)), 1u);
}

TEST_F(SendQueueTest, BatchesCarryTheLogAndTheRecordsPlaces) {
  ProducerOptions options;
  options.max_batch_records = 2;
  Make(options);
  Add(3);
  const Batch first = queue_->Take();
  EXPECT_EQ(first.first_index, 0u);
  EXPECT_EQ(queue_->Take().first_index, 2u);
  EXPECT_EQ(queue_->taken(), 3u);
  v1::AppendRequest request;
  ASSERT_TRUE(request.ParseFromString(*first.request));
  EXPECT_EQ(request.log(), "log");
  EXPECT_EQ(request.records_size(), 2);
}

}  // namespace
}  // namespace replog::client::internal
