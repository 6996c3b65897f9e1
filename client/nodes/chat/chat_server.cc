#include "client/nodes/chat/chat_server.h"

#include <spdlog/spdlog.h>

namespace replog::chat {
namespace {

client::ProducerOptions MakeProducerOptions() {
  client::ProducerOptions options;
  // A batch is all or nothing, and one person's message must not refuse another's.
  options.max_batch_records = 1;
  // Less than a request may take, so that a log that is away gives a definite answer.
  options.connect_timeout = std::chrono::seconds(3);
  return options;
}

void Keep(MessageStore& store, const client::RecordView& record) {
  if (record.body_kind() != client::BodyKind::kText) return;
  store.Add({record.sequence(), record.time(), record.channel(), record.header("user"), record.body()});
}

}  // namespace

ChatServer::ChatServer(ChatServerOptions options, std::function<void(const client::Status&)> on_failed)
    : on_failed_(std::move(on_failed)),
      client_(std::move(options.client)),
      http_(std::move(options.http)),
      producer_(client_, MakeProducerOptions()),
      api_(store_, state_, producer_) {}

ChatServer::~ChatServer() { http_.Stop(); }

absl::Status ChatServer::Start() {
  if (auto status = http_.Start(api_.MakeRouter()); !status.ok()) return status;
  subscription_.emplace(client_, MakeSubscriptionOptions());
  return absl::OkStatus();
}

client::SubscriptionOptions ChatServer::MakeSubscriptionOptions() {
  client::SubscriptionOptions options;
  options.on_record = [this](const client::RecordView& record) { Keep(store_, record); };
  options.on_frame = [this](const client::FrameInfo& frame) { state_.OnFrame(frame.next_sequence); };
  options.on_caught_up = [this](uint64_t next_sequence) {
    if (!state_.ready()) spdlog::info("caught up at sequence {}, ready", next_sequence);
    state_.OnCaughtUp();
  };
  options.on_retry = [this](const client::Status& why, std::chrono::milliseconds delay) {
    state_.OnDisconnected();
    spdlog::warn("lost the log, trying again in {} ms: {}", delay.count(), why.ToString());
  };
  options.on_end = [this](const client::Status& status) {
    if (status.reason() != client::reason::kCancelled) on_failed_(status);
  };
  return options;
}

}  // namespace replog::chat
