#pragma once

#include <functional>

#include "server/http/api_context.h"
#include "server/http/call.h"

namespace replog {

// Answers a call with what `make` gives, on a thread that may block. BUSY when too many answers wait to be
// made, or for clients to take them. One that nobody waits for any more is not made while others wait.
using MakeAnswer = std::function<absl::StatusOr<http::Response>()>;
void AnswerBlocking(ApiContext& context, const Call& call, const Reply& reply, MakeAnswer make);

}  // namespace replog
