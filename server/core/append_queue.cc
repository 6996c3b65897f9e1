#include "server/core/append_queue.h"

#include "base/error.h"

namespace replog {

AppendQueue::Offer AppendQueue::TryPut(PendingAppend& append, std::function<void()> on_room) {
  const LogNumber log = append.log->number();
  const size_t bytes = CostOf(append);
  const int64_t now_us = clock_.MonotonicMicros();
  MutexLock lock(mutex_);
  if (closed_) return Offer::kClosed;
  size_t& waiting = log_bytes_[log];
  const bool full = waiting + bytes > options_.max_log_bytes || bytes_ + bytes > options_.max_bytes;
  if (waiting > 0 && full) {
    times_full_.Add();
    if (on_room != nullptr) waiting_[log].push_back(std::move(on_room));
    return Offer::kFull;
  }
  waiting += bytes;
  bytes_ += bytes;
  records_ += append.request.count;
  items_.push_back({std::move(append), nullptr, now_us});
  ready_.NotifyOne();
  return Offer::kTaken;
}

void AppendQueue::Put(PendingAppend append) {
  switch (TryPut(append, nullptr)) {
    case Offer::kTaken:
      return;
    case Offer::kFull:
      return append.done(MakeError(Reason::kBusy, "the log's append queue is full; nothing was written"));
    case Offer::kClosed:
      append.done(MakeError(Reason::kShuttingDown, "the server is stopping; nothing was written"));
  }
}

bool AppendQueue::PutTask(absl::AnyInvocable<void()> task) {
  MutexLock lock(mutex_);
  if (closed_) return false;
  items_.push_back({{}, std::move(task), 0});
  ready_.NotifyOne();
  return true;
}

std::optional<AppendGroup> AppendQueue::Take(std::chrono::microseconds longest) {
  AppendGroup group;
  std::vector<std::function<void()>> room;
  {
    MutexLock lock(mutex_);
    while (items_.empty() && !closed_) {
      if (!ready_.WaitFor(mutex_, longest)) break;
    }
    if (items_.empty()) return closed_ ? std::nullopt : std::optional(std::move(group));
    if (items_.front().task != nullptr) {
      group.task = std::move(items_.front().task);
      items_.pop_front();
    } else {
      TakeAppends(group, room);
    }
  }
  for (const auto& on_room : room) on_room();
  return group;
}

void AppendQueue::TakeAppends(AppendGroup& group, std::vector<std::function<void()>>& room) {
  size_t taken = 0;
  group.oldest_us = items_.front().since_us;
  while (!items_.empty() && items_.front().task == nullptr) {
    const size_t request_bytes = items_.front().append.request.encoded.size();
    if (taken > 0 && taken + request_bytes > options_.max_group_bytes) break;
    taken += request_bytes;
    const size_t bytes = CostOf(items_.front().append);
    bytes_ -= bytes;
    records_ -= items_.front().append.request.count;
    const LogNumber log = items_.front().append.log->number();
    group.appends.push_back(std::move(items_.front().append));
    items_.pop_front();
    const auto waiting = log_bytes_.find(log);
    waiting->second -= bytes;
    if (waiting->second == 0) log_bytes_.erase(waiting);
    if (const auto parked = waiting_.find(log); parked != waiting_.end()) {
      for (auto& on_room : parked->second) room.push_back(std::move(on_room));
      waiting_.erase(parked);
    }
  }
}

AppendQueue::Depth AppendQueue::depth() const {
  MutexLock lock(mutex_);
  return {items_.size(), records_, bytes_};
}

void AppendQueue::Close() {
  MutexLock lock(mutex_);
  closed_ = true;
  ready_.NotifyAll();
}

}  // namespace replog
