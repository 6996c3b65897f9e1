#include "server/webhooks/webhook.h"

namespace replog {

bool Webhook::NeedsJson() const {
  const auto points = [](const ValueSource& source) { return source.kind == ValueSource::Kind::kPointer; };
  return points(delivery_id) || points(channel) || points(content) || (key && points(*key)) ||
         (events && points(*events));
}

std::string PrincipalOf(const Webhook& webhook) { return "webhook:" + webhook.name; }

}  // namespace replog
