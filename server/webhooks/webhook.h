#pragma once

#include <optional>
#include <string>
#include <vector>

#include "server/webhooks/secret.h"
#include "server/webhooks/signature_scheme.h"
#include "storage/model/channel_filter.h"

namespace replog {

// Where a value of a delivery's record comes from. What a header says is not signed by most senders; what the
// body says is.
struct ValueSource {
  enum class Kind : uint8_t {
    kLiteral,     // `text` itself
    kHeader,      // the header field `text`
    kPointer,     // what the JSON pointer `text` leads to in the body
    kBody,        // the whole body
    kBodyDigest,  // its SHA-256, in hex
  };
  Kind kind = Kind::kLiteral;
  std::string text;
  std::string prefix;   // put before what was found
  ChannelFilter allow;  // what it may be, with its prefix
};

// One webhook: how its deliveries are signed, and what becomes of them.
struct Webhook {
  std::string name;
  std::vector<Secret> secrets;  // any of them may have signed: the old and the new one while they are changed
  SignatureScheme signature;
  ValueSource delivery_id;
  std::string log;
  ValueSource channel;
  std::optional<ValueSource> key;
  ValueSource content{.kind = ValueSource::Kind::kBody};
  bool content_is_payload = false;    // bytes; else text
  std::vector<std::string> headers;   // header fields that are kept as headers of the record
  std::optional<ValueSource> events;  // a delivery whose event is not allowed is left out
  size_t max_body_bytes = 0;
  uint64_t requests_per_second = 0;  // of deliveries that are signed; 0: no limit

  bool NeedsJson() const;
};

// Who appends what a webhook takes in, for limits and logs: `webhook:NAME`.
std::string PrincipalOf(const Webhook& webhook);

}  // namespace replog
