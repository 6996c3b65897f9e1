#include "server/api/matching_channels.h"

namespace replog {

absl::StatusOr<std::vector<ChannelCount>> ListMatchingChannels(const NamePatterns& shown,
                                                               std::string_view after, size_t at_most,
                                                               const ReadChannels& read) {
  std::vector<ChannelCount> found;
  // No pattern covers another, so their channels follow each other as the patterns do.
  for (std::string pattern : shown.ToStrings()) {
    if (found.size() >= at_most) break;
    const bool prefix = pattern.back() == '*';
    if (prefix) pattern.pop_back();
    if (!prefix && pattern <= after) continue;
    // A channel is the first of those that begin with its name.
    auto some = read(pattern, prefix ? at_most - found.size() : 1);
    if (!some.ok()) return some.status();
    for (ChannelCount& channel : *some) {
      if (prefix || channel.name == pattern) found.push_back(std::move(channel));
    }
  }
  return found;
}

}  // namespace replog
