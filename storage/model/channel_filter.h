#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "absl/container/flat_hash_set.h"
#include "storage/model/chunk.h"

namespace replog {

// Which channels a reader wants: exact names and prefixes. Immutable, thread-safe.
class ChannelFilter {
 public:
  // All channels.
  ChannelFilter() = default;
  // `patterns`: names, or a prefix followed by `*`. None: all channels.
  explicit ChannelFilter(const std::vector<std::string>& patterns);

  bool all() const { return names_.empty() && prefixes_.empty(); }
  bool Matches(std::string_view channel) const;

  // Whether a chunk holds records that match, as far as its known channels tell.
  enum class Coverage {
    kNone,   // no record matches: pass over the chunk
    kSome,   // look at each record (also when the channels are not known)
    kWhole,  // every record matches: take the chunk as it is
  };
  Coverage CoverageOf(const Chunk& chunk) const;

  const std::vector<std::string>& names() const { return names_; }
  const std::vector<std::string>& prefixes() const { return prefixes_; }

 private:
  std::vector<std::string> names_;
  absl::flat_hash_set<std::string> name_set_;
  std::vector<std::string> prefixes_;
};

}  // namespace replog
