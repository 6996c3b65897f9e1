#include "server/auth/used_channels.h"

namespace replog {

void UsedChannels::Add(const Caller& caller, std::string_view log, std::string_view channel) {
  auto found = logs_.find(log);
  if (found == logs_.end()) found = logs_.emplace(log, OfLog()).first;
  OfLog& used = found->second;
  if (!used.rest.empty() || used.names.contains(channel)) return;
  used.names.emplace(channel);
  if (used.names.size() > kMaxChannels) used = {.names = {}, .rest = caller.Channels(Access::kAppend, log)};
}

void UsedChannels::AddAll(std::string_view log) {
  const auto found = logs_.find(log);
  if (found != logs_.end() && found->second.rest.all()) return;
  logs_.insert_or_assign(std::string(log), OfLog{.names = {}, .rest = NamePatterns({"*"})});
}

absl::Status UsedChannels::CheckStillGranted(const Caller& now) const {
  for (const auto& [log, used] : logs_) {
    for (const std::string& channel : used.names) {
      if (auto status = now.CheckChannel(Access::kAppend, log, channel); !status.ok()) return status;
    }
    if (used.rest.empty()) continue;
    const ChannelFilter all_used(used.rest.ToStrings());
    if (auto status = now.CheckFilter(Access::kAppend, log, all_used); !status.ok()) return status;
  }
  return absl::OkStatus();
}

}  // namespace replog
