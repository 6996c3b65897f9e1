#include "server/auth/grant.h"

#include <algorithm>

namespace replog {

bool CoversLog(const NamePatterns& patterns, std::string_view log) {
  if (log.empty() || log.front() != '_') return patterns.Covers(log);
  return std::ranges::binary_search(patterns.names(), log, std::less<>()) ||
         std::ranges::any_of(patterns.prefixes(), [&](const std::string& prefix) {
           return !prefix.empty() && log.substr(0, prefix.size()) == prefix;
         });
}

Principal Anonymous() {
  const NamePatterns all({"*"});
  Principal anonymous;
  anonymous.name = kAnonymous;
  // Both patterns, since the first does not cover the logs that the second does.
  anonymous.grants.push_back({Verbs::All(), all, all, all, all});
  anonymous.grants.push_back({Verbs::All(), NamePatterns({"_*"}), all, all, all});
  return anonymous;
}

}  // namespace replog
