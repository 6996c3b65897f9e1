#pragma once

#include <functional>
#include <optional>
#include <string>

#include "absl/status/status.h"
#include "base/http/server.h"
#include "client/client.h"
#include "client/nodes/chat/chat_api.h"
#include "client/nodes/chat/message_store.h"
#include "client/nodes/chat/node_state.h"
#include "client/producer.h"
#include "client/subscription.h"

namespace replog::chat {

struct ChatServerOptions {
  client::ClientOptions client;
  http::ServerOptions http;
};

// The node: follows a log from its beginning, keeps its messages, and serves them. A message is a record with
// a text; its header `user` says who wrote it. Records without a text are passed over.
//
// Thread Safety: Start and the destructor from one thread.
class ChatServer {
 public:
  // `on_failed` is called, on a thread of the library, when the node can no longer follow the log (it was
  // deleted or forked, or what comes next was trimmed away): its copy will not be brought up to date, so it
  // should end. Started again, it replays what is there then.
  ChatServer(ChatServerOptions options, std::function<void(const client::Status&)> on_failed);
  // Stops serving first, then following.
  ~ChatServer();
  ChatServer(const ChatServer&) = delete;
  ChatServer& operator=(const ChatServer&) = delete;

  // Serves, and then follows: /healthz and /readyz answer from the first moment.
  absl::Status Start();
  const std::string& address() const { return http_.address(); }

 private:
  client::SubscriptionOptions MakeSubscriptionOptions();

  const std::function<void(const client::Status&)> on_failed_;
  client::Client client_;
  MessageStore store_;
  NodeState state_;
  http::Server http_;
  client::Producer producer_;
  ChatApi api_;
  std::optional<client::Subscription> subscription_;
};

}  // namespace replog::chat
