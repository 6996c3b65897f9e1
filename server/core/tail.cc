#include "server/core/tail.h"

#include <algorithm>

namespace replog {
Tail::Tail(size_t max_bytes, Sequence first_kept, Sequence end)
    : max_bytes_(max_bytes), first_kept_(first_kept), committed_end_(end) {}

TailAnswer Tail::Read(Sequence next, size_t max_bytes, const std::shared_ptr<TailWaiter>& waiter) {
  MutexLock lock(mutex_);
  TailAnswer answer;
  answer.committed_end = committed_end_;
  answer.first_kept = first_kept_;
  if (!closed_.ok()) {
    answer.kind = TailAnswer::Kind::kClosed;
    answer.closed = closed_;
  } else if (next >= committed_end_) {
    answer.kind = TailAnswer::Kind::kWait;
    waiters_.insert(waiter);
  } else if (next < FirstInMemory()) {
    answer.kind = TailAnswer::Kind::kBehind;
  } else {
    answer.kind = TailAnswer::Kind::kBatch;
    CopyFrom(next, max_bytes, answer.chunks);
  }
  return answer;
}

void Tail::CopyFrom(Sequence next, size_t max_bytes, std::vector<ChunkPtr>& out) const {
  auto chunk = std::upper_bound(chunks_.begin(), chunks_.end(), next,
                                [](Sequence sequence, const ChunkPtr& c) { return sequence < c->end(); });
  for (size_t bytes = 0; chunk != chunks_.end() && bytes < max_bytes; ++chunk) {
    bytes += (*chunk)->encoded().size();
    out.push_back(*chunk);
  }
}

void Tail::CancelWait(const std::shared_ptr<TailWaiter>& waiter) {
  MutexLock lock(mutex_);
  waiters_.erase(waiter);
}

TailWaiters Tail::Publish(std::vector<ChunkPtr> chunks) {
  MutexLock lock(mutex_);
  for (ChunkPtr& chunk : chunks) {
    committed_end_ = chunk->end();
    bytes_ += chunk->memory_bytes();
    chunks_.push_back(std::move(chunk));
  }
  Evict();
  return TakeWaiters();
}

TailWaiters Tail::ResetTo(Sequence end) {
  MutexLock lock(mutex_);
  if (end > committed_end_) {
    chunks_.clear();
    bytes_ = 0;
    committed_end_ = end;
  }
  return TakeWaiters();
}

TailWaiters Tail::Trim(Sequence first_kept) {
  MutexLock lock(mutex_);
  first_kept_ = std::max(first_kept_, first_kept);
  while (!chunks_.empty() && chunks_.front()->end() <= first_kept_) {
    bytes_ -= chunks_.front()->memory_bytes();
    chunks_.pop_front();
  }
  return TakeWaiters();
}

TailWaiters Tail::Close(absl::Status reason) {
  MutexLock lock(mutex_);
  closed_ = std::move(reason);
  return TakeWaiters();
}

void Tail::SetMaxBytes(size_t max_bytes) {
  MutexLock lock(mutex_);
  max_bytes_ = max_bytes;
  Evict();
}

void Tail::Evict() {
  while (bytes_ > max_bytes_ && chunks_.size() > 1) {
    bytes_ -= chunks_.front()->memory_bytes();
    chunks_.pop_front();
  }
}

TailWaiters Tail::TakeWaiters() {
  TailWaiters waiters(waiters_.begin(), waiters_.end());
  waiters_.clear();
  return waiters;
}

Sequence Tail::FirstInMemory() const { return chunks_.empty() ? committed_end_ : chunks_.front()->first(); }

Sequence Tail::committed_end() const {
  MutexLock lock(mutex_);
  return committed_end_;
}

Sequence Tail::first_kept() const {
  MutexLock lock(mutex_);
  return first_kept_;
}

size_t Tail::memory_bytes() const {
  MutexLock lock(mutex_);
  return bytes_;
}

Sequence Tail::first_in_memory() const {
  MutexLock lock(mutex_);
  return FirstInMemory();
}

}  // namespace replog
