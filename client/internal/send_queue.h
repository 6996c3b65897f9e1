#pragma once

#include <chrono>
#include <cstdint>
#include <deque>
#include <memory>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "client/producer.h"

namespace replog::client::internal {

// Records that are sent, and answered, together.
struct Batch {
  // The encoded AppendRequest, without a stamp. Shared with the writes that are under way.
  std::shared_ptr<std::string> request = std::make_shared<std::string>();
  // What its records count in the window.
  size_t window_bytes = 0;
  uint64_t first_index = 0;
  uint64_t count = 0;
  // Of those records that have one: offset in the batch and callback.
  std::vector<std::pair<uint64_t, Producer::Callback>> callbacks;
};

// What a producer has taken and not sent yet: whole batches, and which of them is due. Knows neither gRPC nor
// threads.
//
// Thread Safety: none.
class SendQueue {
 public:
  using TimePoint = std::chrono::steady_clock::time_point;

  // While at most this many batches are unanswered a batch need not be full to be sent: enough that the
  // server always has one to work on, and so few that batches grow under load.
  static constexpr size_t kEagerBatches = 2;

  SendQueue(const ProducerOptions& options, std::string log);

  // Takes a record of `size` encoded bytes (NewRecordFieldSize). `now` matters only with a linger.
  void Add(const NewRecord& record, size_t size, Producer::Callback callback, TimePoint now);
  // Everything taken so far is due, whatever the linger.
  void Flush() { flush_before_ = next_index_; }

  // Whether there is a batch to send now.
  bool IsDue(size_t unanswered, TimePoint now) const;
  // The first batch; there must be one.
  Batch Take();
  // When the linger makes the first batch due; nullopt when time changes nothing.
  std::optional<TimePoint> LingerDeadline() const;
  // Everything, to be refused.
  std::deque<Batch> TakeAll() { return std::exchange(batches_, {}); }

  bool empty() const { return batches_.empty(); }
  // How many records were taken since the beginning.
  uint64_t taken() const { return next_index_; }

 private:
  bool IsFull(const Batch& batch) const;
  bool NeedsNewBatch(size_t size) const;
  void OpenBatch(TimePoint now);

  const size_t max_bytes_;
  const size_t max_records_;
  const std::chrono::microseconds linger_;
  const std::string log_;
  std::deque<Batch> batches_;  // only the last may still grow
  TimePoint last_opened_;      // when the last batch got its first record
  uint64_t next_index_ = 0;
  uint64_t flush_before_ = 0;
  size_t usual_size_ = 0;  // of the last full batch, to make room at once
};

}  // namespace replog::client::internal
