#pragma once

#include <string>

#include "server/http/api_context.h"
#include "server/http/call.h"

namespace replog {

// Whose messages are asked for.
struct MessageScope {
  std::string log;
  std::string channel;  // empty: of all channels
};

// Answers with a page: the JSON of a ReadResponse. Query: `from` a sequence, `limit` of records, `backward`.
// BUSY when too many pages wait to be read, or for clients to take them. One that nobody waits for any more
// is not read while others are.
void AnswerPage(ApiContext& context, const MessageScope& scope, const Call& call, const Reply& reply);

}  // namespace replog
