#pragma once

#include <optional>

#include "absl/status/statusor.h"
#include "replog/v1/replication_log.pb.h"
#include "server/core/limits.h"
#include "server/webhooks/delivery.h"
#include "server/webhooks/webhook.h"

namespace replog {

// BAD_SIGNATURE unless the webhook's sender signed the delivery, and not too long ago. What was wrong is not
// said.
absl::Status CheckSignature(const Webhook& webhook, const Delivery& delivery);

// What the header alone tells of a delivery whose body is not there yet, and has so many bytes when it says
// that: TOO_LARGE, or BAD_SIGNATURE when there is no signature that could be checked.
absl::Status CheckAnnounced(const Webhook& webhook, const Delivery& delivery, uint64_t body_bytes);

// The append that a signed delivery becomes: one record, whose id is WEBHOOK:DELIVERY, so that it is appended
// once within the log's dedupe window however often it is delivered. Nullopt: its event is left out. Errors:
// TOO_LARGE, MALFORMED, INVALID_FIELD, which name the field, and the pointer or header that it is taken from.
absl::StatusOr<std::optional<v1::AppendRequest>> MapDelivery(const Webhook& webhook, const Delivery& delivery,
                                                             const Limits& limits);

}  // namespace replog
