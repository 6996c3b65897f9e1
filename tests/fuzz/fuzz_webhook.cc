// A webhook's delivery from anywhere: a verdict for all of it, and what becomes a record is one that the
// server takes, or refuses for its size alone. The input: a digit that chooses the webhook, lines of header
// fields, an empty line, the body.

#include "base/error.h"
#include "server/core/append_request.h"
#include "server/webhooks/map_delivery.h"
#include "server/webhooks/webhooks_file.h"
#include "tests/fuzz/input.h"

using namespace replog;
using testing::Require;

namespace {

constexpr const char* kFile = R"(
webhooks:
- name: github
  secret_file: s
  signature: {header: X-Hub-Signature-256, prefix: sha256=}
  delivery_id: {header: X-GitHub-Delivery}
  channel: {header: X-GitHub-Event, prefix: git/, allow: [git/*]}
  headers: [X-GitHub-Event]
- name: stripe
  secret_file: s
  signature: {header: Stripe-Signature, prefix: v1=, separator: ",", signed: "{timestamp}.{body}",
              timestamp_header: Stripe-Signature, timestamp_prefix: t=}
  delivery_id: {pointer: /id}
  channel: {pointer: /type, allow: ["*"]}
  key: {pointer: /data/0}
  content: {pointer: /data}
- name: standard
  secret_file: s
  signature: {header: webhook-signature, prefix: "v1,", separator: " ", encoding: base64,
              signed: "{id}.{timestamp}.{body}", timestamp_header: webhook-timestamp}
  delivery_id: {header: webhook-id}
  channel: c
  content_as: payload
  events: {pointer: /type, allow: [a*]}
)";

const std::vector<Webhook>& Webhooks() {
  static const std::vector<Webhook> webhooks = [] {
    const auto secret = [](const std::string&) -> absl::StatusOr<std::string> { return "secret"; };
    return *ParseWebhooks(kFile, "w.yaml", {secret, secret});
  }();
  return webhooks;
}

// Takes what is before `end` off the text.
std::string_view TakeUntil(std::string_view& text, std::string_view end) {
  const size_t at = std::min(text.find(end), text.size());
  const std::string_view taken = text.substr(0, at);
  text.remove_prefix(std::min(at + end.size(), text.size()));
  return taken;
}

std::string_view FieldIn(std::string_view header, std::string_view name) {
  while (!header.empty()) {
    std::string_view line = TakeUntil(header, "\n");
    if (TakeUntil(line, ": ") == name) return line;
  }
  return {};
}

void RequireTaken(const v1::AppendRequest& append) {
  const auto parsed = ParseAppendRequest(append.SerializeAsString(), Limits());
  if (parsed.ok()) return;
  const auto reason = ReasonOf(parsed.status());
  Require(reason == Reason::kTooLarge || reason == Reason::kInvalidField, "a record that the server takes");
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
  std::string_view rest = testing::AsText(data, size);
  if (rest.empty()) return 0;
  const Webhook& webhook = Webhooks()[static_cast<uint8_t>(rest.front()) % Webhooks().size()];
  rest.remove_prefix(1);
  const std::string_view header = TakeUntil(rest, "\n\n");
  const Delivery delivery{.field = [header](std::string_view name) { return FieldIn(header, name); },
                          .body = rest,
                          .now_us = 1'492'774'577'000'000};
  const auto verdict = CheckSignature(webhook, delivery);
  Require(verdict.ok() || ReasonOf(verdict) == Reason::kBadSignature, "one refusal");
  const auto append = MapDelivery(webhook, delivery, Limits());
  if (!append.ok()) Require(ReasonOf(append.status()).has_value(), "a refusal with its reason");
  if (append.ok() && append->has_value()) RequireTaken(**append);
  return 0;
}
