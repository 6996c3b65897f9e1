#include "client/internal/send_queue.h"

#include <algorithm>

#include "client/internal/new_record_encoder.h"

namespace replog::client::internal {
namespace {

constexpr size_t kLargestBatchBytes = 1 << 20;

}  // namespace

SendQueue::SendQueue(const ProducerOptions& options, std::string log)
    : max_bytes_(std::clamp<size_t>(options.max_batch_bytes, 1, kLargestBatchBytes)),
      max_records_(std::max<size_t>(options.max_batch_records, 1)),
      linger_(options.linger),
      log_(std::move(log)) {}

void SendQueue::Add(const NewRecord& record, size_t size, Producer::Callback callback, TimePoint now) {
  if (NeedsNewBatch(size)) OpenBatch(now);
  Batch& batch = batches_.back();
  AppendNewRecord(*batch.request, record);
  if (callback) batch.callbacks.emplace_back(batch.count, std::move(callback));
  batch.window_bytes += size;
  ++batch.count;
  ++next_index_;
}

bool SendQueue::IsDue(size_t unanswered, TimePoint now) const {
  if (batches_.empty()) return false;
  const Batch& first = batches_.front();
  if (IsFull(first) || batches_.size() > 1) return true;
  if (unanswered >= kEagerBatches) return false;
  return linger_.count() == 0 || first.first_index < flush_before_ || now >= last_opened_ + linger_;
}

Batch SendQueue::Take() {
  Batch batch = std::move(batches_.front());
  batches_.pop_front();
  usual_size_ = batch.request->size();
  return batch;
}

std::optional<SendQueue::TimePoint> SendQueue::LingerDeadline() const {
  if (linger_.count() == 0 || batches_.size() != 1) return std::nullopt;
  return last_opened_ + linger_;
}

bool SendQueue::IsFull(const Batch& batch) const {
  return batch.window_bytes >= max_bytes_ || batch.count >= max_records_;
}

bool SendQueue::NeedsNewBatch(size_t size) const {
  return batches_.empty() || IsFull(batches_.back()) || batches_.back().window_bytes + size > max_bytes_;
}

void SendQueue::OpenBatch(TimePoint now) {
  Batch& batch = batches_.emplace_back();
  batch.first_index = next_index_;
  batch.request->reserve(usual_size_);
  AppendLogField(*batch.request, log_);
  last_opened_ = now;
}

}  // namespace replog::client::internal
