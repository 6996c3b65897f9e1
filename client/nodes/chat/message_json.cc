#include "client/nodes/chat/message_json.h"

#include <nlohmann/json.hpp>

#include "absl/time/time.h"

namespace replog::chat {
namespace {

// RFC 3339 in UTC, always with six digits after the second, so that times sort as text.
std::string FormatTime(client::Time time) {
  return absl::FormatTime("%Y-%m-%dT%H:%M:%E6SZ", absl::FromUnixMicros(time.time_since_epoch().count()),
                          absl::UTCTimeZone());
}

}  // namespace

void AppendJson(std::string& out, const Message& message) {
  nlohmann::ordered_json json{{"sequence", message.sequence},
                              {"time", FormatTime(message.time)},
                              {"channel", message.channel},
                              {"user", nullptr},
                              {"text", message.text}};
  if (message.user) json["user"] = *message.user;
  out += json.dump();
}

}  // namespace replog::chat
