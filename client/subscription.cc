#include "client/subscription.h"

#include "client/internal/subscription_core.h"

namespace replog::client {

Subscription::Subscription(const Client& client, SubscriptionOptions options)
    : transport_(client.transport_),
      core_(std::make_shared<internal::SubscriptionCore>(client.transport_, std::move(options))) {
  core_->Start();
}

Subscription::~Subscription() {
  core_->Cancel();
  if (!core_->InCallback()) (void)core_->Wait();
}

void Subscription::Cancel() { core_->Cancel(); }
Status Subscription::Wait() { return core_->Wait(); }
std::optional<Position> Subscription::position() const { return core_->position(); }
Status Subscription::Acknowledge(uint64_t next_sequence) { return core_->Acknowledge(next_sequence); }
std::optional<uint64_t> Subscription::cursor() const { return core_->cursor(); }
Status Subscription::acknowledge_status() const { return core_->acknowledge_status(); }
uint64_t Subscription::reconnects() const { return core_->reconnects(); }

}  // namespace replog::client
