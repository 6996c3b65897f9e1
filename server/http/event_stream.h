#pragma once

#include <atomic>
#include <memory>
#include <string>

#include "base/http/message.h"
#include "server/api/subscription_grant.h"
#include "server/core/subscription_driver.h"
#include "server/http/api_context.h"
#include "server/http/call.h"
#include "server/http/message_scope.h"

namespace replog {

// One reader of server-sent events: a subscription's frames as a body whose pieces come in their time. A
// comment with an id comes at least every 5 to 15 s.
class EventStream final : public http::BodyStream, public SubscriptionDriver {
 public:
  // Begins when the first piece is asked for, with Take said before. `context` must outlive it.
  EventStream(ApiContext& context, LogPtr log, Sequence start, Subscription::Options options);

  // The caller may see what the options' filter shows.
  absl::Status Take(const Caller& caller) {
    return grant_.Take(context_.access, caller, log()->name(), options_.filter, "", weak_from_this());
  }

  void Next(Give give) override;
  void Leave() override { OnSent(false); }

 private:
  void SendFrame(Frame frame) override;
  void Finish(const absl::Status& status) override;
  // What a frame says; empty when that is nothing new.
  http::SharedBytes TextOf(const Frame& frame);

  ApiContext& context_;
  const Sequence start_;
  Subscription::Options options_;
  SubscriptionGrant grant_;
  bool begun_ = false;
  std::atomic<bool> finished_{false};
  // Set before the driver is told that the last piece was taken, and used by what it does then.
  Give give_;
  bool caught_up_ = false;
  int64_t said_at_us_ = 0;
};

// Answers with a scope's events. Where to begin: behind Last-Event-ID or `last_event_id`; else `from` a
// sequence, "start" or "end", or `time`; else at the first record that is kept.
void AnswerEvents(ApiContext& context, const MessageScope& scope, const Call& call, const Reply& reply);

}  // namespace replog
