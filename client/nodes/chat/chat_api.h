#pragma once

#include "base/http/router.h"
#include "client/append.h"
#include "client/nodes/chat/message_store.h"
#include "client/nodes/chat/new_message.h"
#include "client/nodes/chat/node_state.h"
#include "client/producer.h"

namespace replog::chat {

// The node's HTTP interface:
//   GET  /healthz                  200 while the process answers
//   GET  /readyz                   200 once the node has caught up with the log, before that 503
//   GET  /chat-server/messages     a page of messages (message_page.h); 503 while not ready, so that nobody
//                                  takes half a replay for all there is
//   POST /chat-server/messages     appends a message (new_message.h); 201 with it once the log acknowledged
//                                  it. This node's own copy has it a moment later, when the log sends it.
// A POST that fails says its fate: "rejected" (400, 413, 503: not in the log, safe to post again) or
// "unknown" (504: it may be in the log or not).
//
// Thread Safety: handlers may run on many threads at once. Lifetime: what it is made of must outlive it.
class ChatApi {
 public:
  ChatApi(const MessageStore& store, const NodeState& state, client::Producer& producer)
      : store_(store), state_(state), producer_(producer) {}

  // Its routes; it must outlive the router.
  http::Router MakeRouter();

 private:
  void GetReady(const http::Responder& respond) const;
  void GetMessages(const http::Request& request, const http::Responder& respond) const;
  void PostMessage(const http::Request& request, const http::Responder& respond);

  const MessageStore& store_;
  const NodeState& state_;
  client::Producer& producer_;
};

// The answer to a post whose append ended so.
http::Response AppendResponse(const NewMessage& message, const client::AppendOutcome& outcome);

}  // namespace replog::chat
