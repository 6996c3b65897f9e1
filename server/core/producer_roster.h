#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "absl/container/flat_hash_map.h"
#include "base/mutex.h"
#include "storage/model/producer_state.h"

namespace replog {

// A producer as the server knows it.
struct RegisteredProducer {
  ProducerId id = 0;
  std::string name;
  uint64_t epoch = 0;    // the newest that was given out
  uint64_t tried = 0;    // the newest that was to be given out: it may be on disk, and nobody has it
  std::string instance;  // of the caller who registered last
  Sequence record = 0;   // of the registration in the system log
  int64_t used_us = 0;   // when it registered or appended last, as far as this server knows
};

// The producers that are registered at one log: what stamps are checked against. Thread-safe.
class ProducerRoster {
 public:
  // Takes the place of what it knew of the producer. Older epochs are fenced from now on.
  void Put(const RegisteredProducer& producer) TSA_EXCLUDES(mutex_);
  void Remove(ProducerId id) TSA_EXCLUDES(mutex_);
  // The same, if it did not register or append since `producer` was read. False when it did.
  bool RemoveUnused(const RegisteredProducer& producer) TSA_EXCLUDES(mutex_);

  // Counts an epoch that is to be given out, also if that fails: its record may be found on disk later, and
  // an epoch is given to one caller only. From then on RemoveUnused leaves the producer. The epoch; nullopt
  // when the producer is not registered any more. At least `least`.
  std::optional<uint64_t> TryNext(ProducerId id, uint64_t least = 0) TSA_EXCLUDES(mutex_);

  // The newest epoch of a producer, which is used now; nullopt when it is not registered.
  std::optional<uint64_t> Use(ProducerId id, int64_t now_us) TSA_EXCLUDES(mutex_);

  std::optional<RegisteredProducer> Find(std::string_view name) const TSA_EXCLUDES(mutex_);
  std::vector<RegisteredProducer> All() const TSA_EXCLUDES(mutex_);
  // Up to `limit` producers that were not used since `before_us`, first those not used for longest.
  std::vector<RegisteredProducer> Idle(int64_t before_us, size_t limit) const TSA_EXCLUDES(mutex_);
  size_t size() const TSA_EXCLUDES(mutex_);

 private:
  mutable Mutex mutex_;
  absl::flat_hash_map<ProducerId, RegisteredProducer> producers_ TSA_GUARDED_BY(mutex_);
  absl::flat_hash_map<std::string, ProducerId> ids_ TSA_GUARDED_BY(mutex_);  // by name
};

}  // namespace replog
