#include "server/core/producer_cache.h"

namespace replog {

absl::StatusOr<ProducerState> ProducerCache::Get(LogNumber log, ProducerId producer) {
  if (const auto place = places_.find({log, producer}); place != places_.end()) {
    entries_.splice(entries_.begin(), entries_, place->second);
    return entries_.front().state;
  }
  auto state = store_.FindProducer(log, producer);
  if (state.ok()) Put(log, producer, *state);
  return state;
}

void ProducerCache::Put(LogNumber log, ProducerId producer, ProducerState state) {
  const Key key(log, producer);
  if (const auto place = places_.find(key); place != places_.end()) Remove(place->second);
  bytes_ += CostOf(state);
  entries_.push_front({key, std::move(state)});
  places_[key] = entries_.begin();
  while (bytes_ > max_bytes_ && entries_.size() > 1) Remove(std::prev(entries_.end()));
}

void ProducerCache::Clear() {
  entries_.clear();
  places_.clear();
  bytes_ = 0;
}

void ProducerCache::Remove(Entries::iterator entry) {
  bytes_ -= CostOf(entry->state);
  places_.erase(entry->key);
  entries_.erase(entry);
}

size_t ProducerCache::CostOf(const ProducerState& state) {
  // The entry itself, its links and its place.
  size_t bytes = sizeof(Entry) + 64;
  for (const auto& run : state.runs) bytes += sizeof(run) + run.outcomes.size();
  return bytes;
}

}  // namespace replog
