#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>

#include "base/http/message.h"
#include "client/nodes/chat/message_store.h"

namespace replog::chat {

// What GET messages asks for.
struct PageQuery {
  uint64_t from = 0;
  std::optional<std::string> channel;
  size_t limit = 100;
};

// Reads ?from=, ?channel= and ?limit= (at least 1; any size, because a page is sent piece by piece). When
// something is not legal or not known: nullopt, and `refusal` is the answer.
std::optional<PageQuery> ParsePageQuery(const http::Target& target, http::Response& refusal);

// {"messages": […], "next": 101, "more": true}: `next` is the `from` of the page after this one, also when
// there is none yet. `store` must outlive the answer.
http::Response PageResponse(const MessageStore& store, const PageQuery& query);

}  // namespace replog::chat
