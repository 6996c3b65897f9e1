#include "storage/model/channel_filter.h"

namespace replog {

ChannelFilter::ChannelFilter(const std::vector<std::string>& patterns) {
  for (const std::string& pattern : patterns) {
    if (!pattern.empty() && pattern.back() == '*') {
      prefixes_.push_back(pattern.substr(0, pattern.size() - 1));
    } else if (name_set_.insert(pattern).second) {
      names_.push_back(pattern);
    }
  }
}

bool ChannelFilter::Matches(std::string_view channel) const {
  if (all()) return true;
  // Most readers want one channel; comparing is cheaper than hashing.
  if (names_.size() == 1 ? channel == names_.front()
                         : name_set_.contains(absl::string_view(channel.data(), channel.size()))) {
    return true;
  }
  for (const std::string& prefix : prefixes_) {
    if (channel.substr(0, prefix.size()) == prefix) return true;
  }
  return false;
}

ChannelFilter::Coverage ChannelFilter::CoverageOf(const Chunk& chunk) const {
  if (all()) return Coverage::kWhole;
  if (chunk.channels().empty()) return Coverage::kSome;
  size_t matching = 0;
  for (const ChannelCount& channel : chunk.channels()) matching += Matches(channel.name) ? 1 : 0;
  if (matching == 0) return Coverage::kNone;
  return matching == chunk.channels().size() ? Coverage::kWhole : Coverage::kSome;
}

}  // namespace replog
