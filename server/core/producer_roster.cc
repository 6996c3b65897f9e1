#include "server/core/producer_roster.h"

#include <algorithm>

namespace replog {

void ProducerRoster::Put(const Producer& producer) {
  MutexLock lock(mutex_);
  producers_[producer.id] = producer;
}

void ProducerRoster::Remove(ProducerId id) {
  MutexLock lock(mutex_);
  producers_.erase(id);
}

std::optional<uint64_t> ProducerRoster::Use(ProducerId id, int64_t now_us) {
  MutexLock lock(mutex_);
  const auto found = producers_.find(id);
  if (found == producers_.end()) return std::nullopt;
  found->second.used_us = std::max(found->second.used_us, now_us);
  return found->second.epoch;
}

size_t ProducerRoster::size() const {
  MutexLock lock(mutex_);
  return producers_.size();
}

std::optional<Producer> ProducerRoster::Find(ProducerId id) const {
  MutexLock lock(mutex_);
  const auto found = producers_.find(id);
  return found == producers_.end() ? std::nullopt : std::optional(found->second);
}

std::vector<Producer> ProducerRoster::Idle(int64_t before_us, size_t limit) const {
  std::vector<Producer> idle;
  {
    MutexLock lock(mutex_);
    for (const auto& [id, producer] : producers_) {
      if (producer.used_us < before_us) idle.push_back(producer);
    }
  }
  const auto end = idle.begin() + static_cast<ptrdiff_t>(std::min(limit, idle.size()));
  std::partial_sort(idle.begin(), end, idle.end(),
                    [](const Producer& a, const Producer& b) { return a.used_us < b.used_us; });
  idle.erase(end, idle.end());
  return idle;
}

}  // namespace replog
