#pragma once

#include <utility>

#include "absl/container/flat_hash_map.h"

namespace replog {

// What a group of appends writes under a key; of the append that is being judged, kept aside until nothing
// can reject it any more. Not thread-safe.
template <typename Key, typename Value>
class StagedMap {
 public:
  // The newest value; null when there is none. Valid until the next change.
  const Value* Find(const Key& key) const {
    if (const auto staged = staged_.find(key); staged != staged_.end()) return &staged->second;
    const auto kept = kept_.find(key);
    return kept == kept_.end() ? nullptr : &kept->second;
  }
  void Stage(Key key, Value value) { staged_.insert_or_assign(std::move(key), std::move(value)); }

  // The append is written: so is what it staged.
  void Keep() {
    for (auto& [key, value] : staged_) kept_.insert_or_assign(key, std::move(value));
    staged_.clear();
  }
  // It is not.
  void Drop() { staged_.clear(); }

 private:
  absl::flat_hash_map<Key, Value> kept_;
  absl::flat_hash_map<Key, Value> staged_;
};

}  // namespace replog
