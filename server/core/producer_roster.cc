#include "server/core/producer_roster.h"

#include <algorithm>

namespace replog {

void ProducerRoster::Put(const RegisteredProducer& producer) {
  MutexLock lock(mutex_);
  producers_[producer.id] = producer;
  ids_[producer.name] = producer.id;
}

void ProducerRoster::Remove(ProducerId id) {
  MutexLock lock(mutex_);
  const auto found = producers_.find(id);
  if (found == producers_.end()) return;
  ids_.erase(found->second.name);
  producers_.erase(found);
}

bool ProducerRoster::RemoveUnused(const RegisteredProducer& producer) {
  MutexLock lock(mutex_);
  const auto found = producers_.find(producer.id);
  if (found == producers_.end() || found->second.used_us != producer.used_us ||
      found->second.tried != producer.tried) {
    return false;
  }
  ids_.erase(found->second.name);
  producers_.erase(found);
  return true;
}

std::optional<uint64_t> ProducerRoster::TryNext(ProducerId id, uint64_t least) {
  MutexLock lock(mutex_);
  const auto found = producers_.find(id);
  if (found == producers_.end()) return std::nullopt;
  found->second.tried = std::max(found->second.tried + 1, least);
  return found->second.tried;
}

std::optional<uint64_t> ProducerRoster::Use(ProducerId id, int64_t now_us) {
  MutexLock lock(mutex_);
  const auto found = producers_.find(id);
  if (found == producers_.end()) return std::nullopt;
  found->second.used_us = std::max(found->second.used_us, now_us);
  return found->second.epoch;
}

std::optional<RegisteredProducer> ProducerRoster::Find(std::string_view name) const {
  MutexLock lock(mutex_);
  const auto id = ids_.find(absl::string_view(name.data(), name.size()));
  return id == ids_.end() ? std::nullopt : std::optional(producers_.at(id->second));
}

std::vector<RegisteredProducer> ProducerRoster::All() const {
  MutexLock lock(mutex_);
  std::vector<RegisteredProducer> all;
  for (const auto& [id, producer] : producers_) all.push_back(producer);
  return all;
}

std::vector<RegisteredProducer> ProducerRoster::Idle(int64_t before_us, size_t limit) const {
  std::vector<RegisteredProducer> idle = All();
  std::erase_if(idle, [&](const RegisteredProducer& producer) { return producer.used_us >= before_us; });
  const size_t count = std::min(limit, idle.size());
  std::partial_sort(
      idle.begin(), idle.begin() + static_cast<ptrdiff_t>(count), idle.end(),
      [](const RegisteredProducer& a, const RegisteredProducer& b) { return a.used_us < b.used_us; });
  idle.resize(count);
  return idle;
}

size_t ProducerRoster::size() const {
  MutexLock lock(mutex_);
  return producers_.size();
}

}  // namespace replog
