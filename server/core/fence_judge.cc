#include "server/core/fence_judge.h"

#include "server/core/lease_errors.h"

namespace replog {

absl::StatusOr<std::optional<FencingToken>> FenceCache::Get(LogNumber log, const std::string& lease) {
  const std::pair key(log, lease);
  if (const auto known = tokens_.find(key); known != tokens_.end()) return known->second;
  auto stored = store_.FindFence(log, lease);
  if (!stored.ok()) return stored;
  if (tokens_.size() >= max_entries_) Clear();
  tokens_[key] = *stored;
  return stored;
}

void FenceCache::Put(LogNumber log, const LeaseToken& token) {
  if (tokens_.size() >= max_entries_) Clear();
  tokens_[{log, token.name}] = token.fencing;
}

absl::StatusOr<bool> FenceJudge::Judge(LogNumber log, const LeaseToken& token) {
  std::optional<FencingToken> highest;
  if (const auto raised = raised_.find({log, token.name}); raised != raised_.end()) {
    highest = raised->second;
  } else {
    const auto known = cache_.Get(log, token.name);
    if (!known.ok()) return known.status();
    highest = *known;
  }
  if (highest && token.fencing < *highest) return LeaseFenced(token, *highest);
  return !highest || token.fencing > *highest;
}

std::vector<LeaseToken> FenceJudge::Raised(LogNumber log) const {
  std::vector<LeaseToken> tokens;
  for (const auto& [key, fencing] : raised_) {
    if (key.first == log) tokens.push_back({key.second, fencing});
  }
  return tokens;
}

}  // namespace replog
