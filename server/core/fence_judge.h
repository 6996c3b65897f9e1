#pragma once

#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "absl/container/flat_hash_map.h"
#include "absl/status/statusor.h"
#include "storage/model/log_store.h"

namespace replog {

// The highest tokens of leases that logs have seen, in memory for those that append. Bounded: when it is full
// it is emptied, and the store is asked again. Only the committer's thread.
class FenceCache {
 public:
  explicit FenceCache(LogStore& store, size_t max_entries = 10'000)
      : store_(store), max_entries_(max_entries) {}

  // From memory, else from the store; nullopt: the log has seen none.
  absl::StatusOr<std::optional<FencingToken>> Get(LogNumber log, const std::string& lease);
  // What a commit has written.
  void Put(LogNumber log, const LeaseToken& token);
  // Everything: what the store holds is not known any more.
  void Clear() { tokens_.clear(); }

 private:
  LogStore& store_;
  const size_t max_entries_;
  absl::flat_hash_map<std::pair<LogNumber, std::string>, std::optional<FencingToken>> tokens_;
};

// Judges the tokens of a group's appends, each with what those before it will have written. For one group;
// only the committer's thread.
class FenceJudge {
 public:
  explicit FenceJudge(FenceCache& cache) : cache_(cache) {}

  // Whether the token is newer than any that the log has seen. LEASE_FENCED when it is older than one.
  absl::StatusOr<bool> Judge(LogNumber log, const LeaseToken& token);
  // Something was written under the token, which is the newest.
  void Raise(LogNumber log, const LeaseToken& token) { raised_[{log, token.name}] = token.fencing; }

  // What the group raises, of a log.
  std::vector<LeaseToken> Raised(LogNumber log) const;

 private:
  FenceCache& cache_;
  absl::flat_hash_map<std::pair<LogNumber, std::string>, FencingToken> raised_;
};

}  // namespace replog
