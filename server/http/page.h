#pragma once

#include "server/http/api_context.h"
#include "server/http/call.h"
#include "server/http/message_scope.h"

namespace replog {

// Answers with a page: the JSON of a ReadResponse. Query: `from` a sequence or `time` where to begin, `limit`
// of records that are looked at, `backward`, and which of these are shown: `key`, `contains`.
void AnswerPage(ApiContext& context, const MessageScope& scope, const Call& call, const Reply& reply);

// Answers with keys of a channel and their newest records: the JSON of a LookupResponse. Query: `key`, that
// one; else `after` a key, `limit` of keys.
void AnswerTable(ApiContext& context, const Call& call, const Reply& reply);

}  // namespace replog
