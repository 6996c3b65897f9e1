#include "server/webhooks/webhooks_file.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "tests/server/webhooks/deliveries.h"

namespace replog {
namespace {

using ::testing::ElementsAre;
using ::testing::HasSubstr;
using testing::MadeUpSecrets;
using Kind = ValueSource::Kind;

// A webhook that is right, with further lines.
std::string Hook(const std::string& more = "", const std::string& signature = "{header: X-Signature}") {
  return "webhooks:\n- name: hub\n  secret_file: a\n  delivery_id: {header: X-Delivery}\n  channel: c\n  "
         "signature: " +
         signature + "\n" + more;
}

std::string ErrorOf(const std::string& text) {
  const auto parsed = ParseWebhooks(text, "w.yaml", MadeUpSecrets());
  return parsed.ok() ? "ok" : std::string(parsed.status().message());
}

Webhook Parsed(const std::string& text) { return ParseWebhooks(text, "w.yaml", MadeUpSecrets())->at(0); }

TEST(WebhooksFile, HasDefaults) {
  const Webhook hook = Parsed(Hook());
  EXPECT_EQ(hook.name, "hub");
  ASSERT_EQ(hook.secrets.size(), 1u);
  EXPECT_EQ(hook.secrets[0].bytes(), "secret-of-a");
  EXPECT_EQ(hook.log, "default");
  EXPECT_EQ(hook.channel.text, "c");
  EXPECT_FALSE(hook.key);
  EXPECT_EQ(hook.content.kind, Kind::kBody);
  EXPECT_FALSE(hook.content_is_payload);
  EXPECT_FALSE(hook.NeedsJson());
  EXPECT_EQ(hook.max_body_bytes, 1u << 20);
  EXPECT_FALSE(hook.signature.Signs(SignatureScheme::Part::kTimestamp));
}

TEST(WebhooksFile, ReadsEveryKey) {
  const Webhook hook = Parsed(R"(
webhooks:
- name: pay
  secret_file: [new, old]
  secret_env: EXTRA
  signature: {header: Stripe-Signature, prefix: v1=, separator: ",", encoding: base64, signed: "{timestamp}.{body}",
              timestamp_header: Stripe-Signature, timestamp_prefix: t=, tolerance: 90s}
  delivery_id: {pointer: /id}
  log: payments
  channel: {pointer: /type, prefix: pay/, allow: [pay/*]}
  key: {header: X-Account}
  content: {pointer: /data}
  content_as: payload
  headers: [X-Account]
  events: {pointer: /type, allow: [paid, refunded]}
  max_body_bytes: 1000
  requests_per_second: 7
)");
  EXPECT_EQ(hook.secrets.size(), 3u);
  EXPECT_EQ(hook.signature.encoding, SignatureScheme::Encoding::kBase64);
  EXPECT_EQ(hook.signature.tolerance_us, 90 * testing::kSecondUs);
  EXPECT_TRUE(hook.signature.Signs(SignatureScheme::Part::kTimestamp));
  EXPECT_EQ(hook.delivery_id.kind, Kind::kPointer);
  EXPECT_EQ(hook.log, "payments");
  EXPECT_EQ(hook.channel.prefix, "pay/");
  EXPECT_TRUE(hook.channel.allow.Matches("pay/x"));
  EXPECT_EQ(hook.key->kind, Kind::kHeader);
  EXPECT_EQ(hook.content.text, "/data");
  EXPECT_TRUE(hook.content_is_payload);
  EXPECT_THAT(hook.headers, ElementsAre("X-Account"));
  EXPECT_TRUE(hook.events->allow.Matches("paid"));
  EXPECT_EQ(hook.max_body_bytes, 1000u);
  EXPECT_EQ(hook.requests_per_second, 7u);
  EXPECT_TRUE(hook.NeedsJson());
}

TEST(WebhooksFile, MayBeEmpty) {
  EXPECT_EQ(ErrorOf(""), "ok");
  EXPECT_EQ(ErrorOf("webhooks: []"), "ok");
}

TEST(WebhooksFile, AnErrorSaysWhereAndWhat) {
  EXPECT_EQ(ErrorOf(Hook("  chanel: x\n")), "w.yaml:7: there is no key `chanel`; did you mean `channel`?");
  EXPECT_EQ(ErrorOf(Hook("  secret: x\n")), "w.yaml:7: there is no key `secret`");
  EXPECT_EQ(ErrorOf(Hook("", "{heder: x}")), "w.yaml:6: there is no key `heder`; did you mean `header`?");
  EXPECT_EQ(ErrorOf("webhooks: [1]"), "w.yaml:1: webhooks: a webhook is a map");
  EXPECT_EQ(ErrorOf("webhooks:\n- {}\n"), "w.yaml:2: webhooks: `name` is required");
  EXPECT_THAT(ErrorOf("webhooks: [{name: a/b}]"), HasSubstr("name: must be 1 to 64 of the characters"));
  EXPECT_EQ(ErrorOf(Hook(Hook().substr(10))), "w.yaml:7: name: there are two webhooks hub");
  EXPECT_EQ(ErrorOf(Hook("  key: {}\n")), "w.yaml:7: key: takes one of `header` and `pointer`");
  EXPECT_EQ(ErrorOf(Hook("  key: {pointer: a}\n")),
            "w.yaml:7: pointer: is not a JSON pointer, like /project/id");
  EXPECT_EQ(ErrorOf(Hook("  headers: [\"a b\"]\n")), "w.yaml:7: headers: is not the name of a header");
  EXPECT_EQ(ErrorOf(Hook("  events: {header: X}\n")), "w.yaml:7: events: `allow` is required");
  EXPECT_EQ(ErrorOf(Hook("  content_as: bytes\n")), "w.yaml:7: content_as: is not text or payload");
  EXPECT_EQ(ErrorOf(Hook("  log: _system\n")).substr(0, 14), "w.yaml:7: log:");
  EXPECT_EQ(ErrorOf(Hook("  max_body_bytes: 9999999\n")),
            "w.yaml:7: max_body_bytes: \"9999999\" is not a whole number from 1 to 3145728");
  EXPECT_EQ(ErrorOf(Hook("  requests_per_second: 0\n")),
            "w.yaml:7: requests_per_second: \"0\" is not a whole number from 1 to 1000000");
}

TEST(WebhooksFile, AChannelFromOutsideMustBeAllowed) {
  const std::string text =
      "webhooks:\n- {name: a, secret_file: a, delivery_id: body_sha256, signature: {header: S},\n"
      "   channel: {pointer: /c}}\n";
  EXPECT_EQ(ErrorOf(text), "w.yaml:3: channel: `allow` is required");
  EXPECT_EQ(ErrorOf(Hook("  key: {pointer: /k, allow: []}\n")),
            "w.yaml:7: allow: names nothing; `*` is everything");
}

TEST(WebhooksFile, ATimeMustBeSigned) {
  EXPECT_THAT(ErrorOf(Hook("", "{header: S, timestamp_header: T}")),
              HasSubstr("needs {timestamp} in `signed`"));
  EXPECT_EQ(ErrorOf(Hook("", "{header: S, signed: '{timestamp}{body}'}")),
            "w.yaml:6: signature: `timestamp_header` is required");
  EXPECT_THAT(ErrorOf(Hook("", "{header: S, signed: '{timestamp}'}")), HasSubstr("{body} is missing"));
  EXPECT_THAT(ErrorOf(Hook("", "{header: S, signed: '{body}', tolerance: 2h}")), HasSubstr("from 1s to 1h"));
}

TEST(WebhooksFile, SecretsAreReadFromElsewhere) {
  EXPECT_EQ(ErrorOf("webhooks:\n- {name: a, delivery_id: body_sha256, signature: {header: S}, channel: c}"),
            "w.yaml:2: webhooks: `secret_file` or `secret_env` is required");
  EXPECT_EQ(ErrorOf(Hook("  secret_env: missing\n")), "w.yaml:7: secret_env: missing: cannot be read");
  EXPECT_EQ(ErrorOf(Hook("  secret_encoding: base64\n")), "w.yaml:3: secret_file: the secret is not base64")
      << "and nothing of what it is";
}

}  // namespace
}  // namespace replog
