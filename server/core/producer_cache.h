#pragma once

#include <list>
#include <optional>
#include <utility>

#include "absl/container/flat_hash_map.h"
#include "absl/status/statusor.h"
#include "storage/model/log_store.h"

namespace replog {

// What the store remembers of producers, kept in memory for those that append: the least recently used go
// when there are too many. Only the committer's thread.
class ProducerCache {
 public:
  explicit ProducerCache(LogStore& store, size_t max_bytes = 16 << 20)
      : store_(store), max_bytes_(max_bytes) {}

  // From memory, else from the store.
  absl::StatusOr<ProducerState> Get(LogNumber log, ProducerId producer);
  // What a commit has written.
  void Put(LogNumber log, ProducerId producer, ProducerState state);
  // Everything: what the store holds is not known any more.
  void Clear();

  size_t bytes() const { return bytes_; }

 private:
  using Key = std::pair<LogNumber, ProducerId>;
  struct Entry {
    Key key;
    ProducerState state;
  };
  using Entries = std::list<Entry>;
  static size_t CostOf(const ProducerState& state);
  void Remove(Entries::iterator entry);

  LogStore& store_;
  const size_t max_bytes_;
  size_t bytes_ = 0;
  Entries entries_;  // the most recently used first
  absl::flat_hash_map<Key, Entries::iterator> places_;
};

}  // namespace replog
