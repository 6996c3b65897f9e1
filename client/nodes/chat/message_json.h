#pragma once

#include <string>

#include "client/nodes/chat/message_store.h"

namespace replog::chat {

// {"sequence": 7, "time": "2026-01-02T03:04:05.000006Z", "channel": "room", "user": "ann", "text": "hello"};
// user is null when there is none. Appends to `out`.
void AppendJson(std::string& out, const Message& message);

}  // namespace replog::chat
