// A file of webhooks that is wrong is refused with its name; one that is taken has what a webhook needs.

#include "server/webhooks/webhooks_file.h"
#include "tests/fuzz/input.h"

using namespace replog;
using testing::Require;

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
  const auto secret = [](const std::string& name) -> absl::StatusOr<std::string> { return name; };
  const auto webhooks = ParseWebhooks(std::string(testing::AsText(data, size)), "w.yaml", {secret, secret});
  if (!webhooks.ok()) {
    Require(webhooks.status().message().substr(0, 6) == "w.yaml", "the error names the file");
    return 0;
  }
  for (const Webhook& webhook : *webhooks) {
    Require(!webhook.name.empty(), "a name");
    Require(!webhook.secrets.empty(), "a secret");
    Require(!webhook.signature.header.empty(), "where the signature is");
    Require(webhook.signature.Signs(SignatureScheme::Part::kBody), "the body is signed");
    Require(webhook.max_body_bytes > 0, "room for a body");
    const bool from_outside = webhook.channel.kind != ValueSource::Kind::kLiteral;
    Require(!from_outside || !webhook.channel.allow.all(), "a channel from outside is allowed by name");
  }
  return 0;
}
