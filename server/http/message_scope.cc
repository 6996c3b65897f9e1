#include "server/http/message_scope.h"

#include "server/core/names.h"

namespace replog {

absl::StatusOr<std::optional<std::string>> ReadPattern(const MessageScope& scope, QueryReader& query,
                                                       const Limits& limits) {
  if (!scope.channel.empty()) {
    if (auto status = CheckChannelName(scope.channel, "channel", limits); !status.ok()) return status;
    return scope.channel;
  }
  auto pattern = query.Text("channel");
  if (!pattern) return pattern;
  if (auto status = CheckChannelPattern(*pattern, "channel", limits); !status.ok()) return status;
  return pattern;
}

}  // namespace replog
