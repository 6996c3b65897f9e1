#pragma once

#include <optional>
#include <string>

#include "base/http/message.h"

namespace replog::chat {

// A message as it is posted. Its channel's name is checked where it is appended.
struct NewMessage {
  std::string channel;
  std::string text;
  std::optional<std::string> user;
};

// Reads {"channel": "room", "text": "hello", "user": "ann"}; user may be left out. When the body is not that:
// nullopt, and `refusal` is the answer, which names the field.
std::optional<NewMessage> ParseNewMessage(const std::string& body, http::Response& refusal);

}  // namespace replog::chat
