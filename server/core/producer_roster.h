#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "absl/container/flat_hash_map.h"
#include "base/mutex.h"
#include "storage/model/producer_state.h"

namespace replog {

// A producer as it is registered.
struct Producer {
  ProducerId id = 0;
  std::string name;
  uint64_t epoch = 0;   // the newest that was given out
  int64_t used_us = 0;  // when it registered or appended last, as far as this server knows
};

// The producers that are registered at one log: what stamps are checked against. Thread-safe.
class ProducerRoster {
 public:
  // A registration; from now on older epochs are fenced.
  void Put(const Producer& producer) TSA_EXCLUDES(mutex_);
  void Remove(ProducerId id) TSA_EXCLUDES(mutex_);

  // The epoch of a producer that appends at `now_us`; nullopt when it is not registered.
  std::optional<uint64_t> Use(ProducerId id, int64_t now_us) TSA_EXCLUDES(mutex_);

  size_t size() const TSA_EXCLUDES(mutex_);
  std::optional<Producer> Find(ProducerId id) const TSA_EXCLUDES(mutex_);
  // Up to `limit` producers that were not used since `before_us`, those first that were not used for longest.
  std::vector<Producer> Idle(int64_t before_us, size_t limit) const TSA_EXCLUDES(mutex_);

 private:
  mutable Mutex mutex_;
  absl::flat_hash_map<ProducerId, Producer> producers_ TSA_GUARDED_BY(mutex_);
};

}  // namespace replog
