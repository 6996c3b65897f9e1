#include "server/webhooks/hmac_signature.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "tests/server/webhooks/deliveries.h"

namespace replog {
namespace {

using testing::MakeDelivery;
using Fields = std::map<std::string, std::string>;
using ::testing::ElementsAre;
using ::testing::IsEmpty;

// As it is documented at docs.github.com, "Validating webhook deliveries".
const std::string kGitHubSecret = "It's a Secret to Everybody";
const std::string kGitHubBody = "Hello, World!";
const std::string kGitHubSignature = "757107ea0eb2509fc211221cce984b8a37570b6d7586c22c46f4379c8b043e17";

// As it is documented at docs.slack.dev, "Verifying requests from Slack".
constexpr int64_t kSlackTime = 1531420618;
const std::string kSlackSecret = "8f742231b10e8888abcd99yyyzzz85a5";
const std::string kSlackBody =
    "token=xyzz0WbapA4vBCDEFasx0q6G&team_id=T1DC2JH3J&team_domain=testteamnow&channel_id=G8PSS9T3V&"
    "channel_name=foobar&user_id=U2CERLKJA&user_name=roadrunner&command=%2Fwebhook-collect&text=&response_"
    "url="
    "https%3A%2F%2Fhooks.slack.com%2Fcommands%2FT1DC2JH3J%2F397700885554%2F96rGlfmibIGlgcZRskXaIFfN&"
    "trigger_id=398738663015.47445629121.803a0bc887a14d10d2c447fce8b6703c";
const std::string kSlackSignature = "v0=a2114d57b48eac39b9ad189dd8316235a7b4a8d21a10bd27519666489c69b503";

// Stripe's scheme; the signature was made with Python's hmac.
constexpr int64_t kStripeTime = 1492774577;
const std::string kStripeBody = R"({"id":"evt_1","type":"ping"})";
const std::string kStripeSignature = "e5ed9864798a9a81a5d75ea6ca8bccebc3d12f2d07f2f000c72fd86fc5b46dc7";

// As the specification of Standard Webhooks has it.
constexpr int64_t kStandardTime = 1614265330;
const std::string kStandardSecret = "whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw";
const std::string kStandardBody = R"({"test": 2432232314})";
const std::string kStandardSignature = "v1,g0hM9SsE+OTPJTGt/tmIKtSyZlE3uFJELVlNIOLJ1OE=";

SignatureScheme GitHub() {
  return {.header = "X-Hub-Signature-256", .prefix = "sha256=", .signed_text = *ParseSignedText("{body}")};
}

SignatureScheme Slack() {
  return {.header = "X-Slack-Signature",
          .prefix = "v0=",
          .signed_text = *ParseSignedText("v0:{timestamp}:{body}"),
          .timestamp_header = "X-Slack-Request-Timestamp",
          .tolerance_us = 300 * testing::kSecondUs};
}

SignatureScheme Stripe() {
  return {.header = "Stripe-Signature",
          .prefix = "v1=",
          .separator = ",",
          .signed_text = *ParseSignedText("{timestamp}.{body}"),
          .timestamp_header = "Stripe-Signature",
          .timestamp_prefix = "t=",
          .tolerance_us = 300 * testing::kSecondUs};
}

SignatureScheme Standard() {
  return {.header = "webhook-signature",
          .prefix = "v1,",
          .separator = " ",
          .encoding = SignatureScheme::Encoding::kBase64,
          .signed_text = *ParseSignedText("{id}.{timestamp}.{body}"),
          .timestamp_header = "webhook-timestamp",
          .tolerance_us = 300 * testing::kSecondUs,
          .id_header = "webhook-id"};
}

bool GitHubSigned(const std::string& field, const std::string& body = kGitHubBody,
                  const std::vector<Secret>& secrets = {Secret(kGitHubSecret)}) {
  const Fields fields = {{"X-Hub-Signature-256", field}};
  return IsSigned(MakeDelivery(fields, body), GitHub(), secrets);
}

TEST(HmacSignature, TakesGitHubsOwnExample) {
  EXPECT_TRUE(GitHubSigned("sha256=" + kGitHubSignature));
  EXPECT_TRUE(GitHubSigned("sha256=" + std::string("757107EA") + kGitHubSignature.substr(8)))
      << "hex has no case";
}

TEST(HmacSignature, RefusesWhatIsNotSigned) {
  EXPECT_FALSE(GitHubSigned(""));
  EXPECT_FALSE(GitHubSigned("sha256="));
  EXPECT_FALSE(GitHubSigned(kGitHubSignature)) << "without its prefix";
  EXPECT_FALSE(GitHubSigned("sha1=" + kGitHubSignature));
  EXPECT_FALSE(GitHubSigned("sha256=" + kGitHubSignature.substr(2))) << "too short";
  EXPECT_FALSE(GitHubSigned("sha256=" + kGitHubSignature + "00")) << "too long";
  EXPECT_FALSE(GitHubSigned("sha256=" + std::string(64, 'x')));
  EXPECT_FALSE(GitHubSigned("sha256=" + kGitHubSignature, "Hello, World?"));
  EXPECT_FALSE(GitHubSigned("sha256=" + kGitHubSignature, kGitHubBody, {Secret("another")}));
  EXPECT_FALSE(GitHubSigned("sha256=" + kGitHubSignature, kGitHubBody, {}));
  for (size_t i = 0; i < kGitHubSignature.size(); ++i) {
    std::string wrong = kGitHubSignature;
    wrong[i] = wrong[i] == '0' ? '1' : '0';
    EXPECT_FALSE(GitHubSigned("sha256=" + wrong)) << i;
  }
}

TEST(HmacSignature, AnyOfTheSecretsMaySign) {
  EXPECT_TRUE(
      GitHubSigned("sha256=" + kGitHubSignature, kGitHubBody, {Secret("new"), Secret(kGitHubSecret)}));
  EXPECT_TRUE(
      GitHubSigned("sha256=" + kGitHubSignature, kGitHubBody, {Secret(kGitHubSecret), Secret("old")}));
}

TEST(HmacSignature, TakesSlacksOwnExampleInItsTime) {
  const Fields fields = {{"X-Slack-Signature", kSlackSignature},
                         {"X-Slack-Request-Timestamp", std::to_string(kSlackTime)}};
  const std::vector<Secret> secrets = {Secret(kSlackSecret)};
  const auto signed_at = [&](int64_t now_s) {
    return IsSigned(MakeDelivery(fields, kSlackBody, now_s), Slack(), secrets);
  };
  EXPECT_TRUE(signed_at(kSlackTime));
  EXPECT_TRUE(signed_at(kSlackTime + 300));
  EXPECT_TRUE(signed_at(kSlackTime - 300));
  EXPECT_FALSE(signed_at(kSlackTime + 301)) << "replayed";
  EXPECT_FALSE(signed_at(kSlackTime - 301)) << "from a future that is too far";
}

TEST(HmacSignature, AReplayWithAnotherTimeIsNotSigned) {
  for (const std::string time :
       {"1531420700", "", "-1", "1531420618.0", "99999999999999999999", "1e9", "0x5b47"}) {
    const Fields fields = {{"X-Slack-Signature", kSlackSignature}, {"X-Slack-Request-Timestamp", time}};
    EXPECT_FALSE(IsSigned(MakeDelivery(fields, kSlackBody, 1531420700), Slack(), {Secret(kSlackSecret)}))
        << time;
  }
}

TEST(HmacSignature, TakesStripesEntries) {
  const std::vector<Secret> secrets = {Secret("whsec_test_secret")};
  const auto is_signed = [&](const std::string& field, int64_t now_s = kStripeTime) {
    const Fields fields = {{"Stripe-Signature", field}};
    return IsSigned(MakeDelivery(fields, kStripeBody, now_s), Stripe(), secrets);
  };
  EXPECT_TRUE(is_signed("t=1492774577,v1=" + kStripeSignature));
  EXPECT_TRUE(is_signed("t=1492774577, v1=" + std::string(64, '0') + ", v1=" + kStripeSignature));
  EXPECT_FALSE(is_signed("t=1492774577,v0=" + kStripeSignature)) << "another scheme's";
  EXPECT_FALSE(is_signed("t=1492774578,v1=" + kStripeSignature)) << "another time";
  EXPECT_FALSE(is_signed("v1=" + kStripeSignature)) << "no time";
  EXPECT_FALSE(is_signed("t=1492774577,v1=" + kStripeSignature, kStripeTime + 3600)) << "replayed";
  std::string many = "t=1492774577";
  for (int i = 0; i < 100; ++i) many += ",v1=" + std::string(64, '0');
  EXPECT_FALSE(is_signed(many + ",v1=" + kStripeSignature)) << "so many are not looked at";
}

TEST(HmacSignature, TakesTheExampleOfStandardWebhooks) {
  const std::vector<Secret> secrets = {*DecodeSecret(kStandardSecret, SecretEncoding::kBase64)};
  Fields fields = {{"Webhook-Id", "msg_p5jXN8AQM9LWM0D4loKWxJek"},
                   {"Webhook-Timestamp", std::to_string(kStandardTime)},
                   {"Webhook-Signature", "v1a,bm9uZQ== " + kStandardSignature}};
  EXPECT_TRUE(IsSigned(MakeDelivery(fields, kStandardBody, kStandardTime), Standard(), secrets));
  fields["Webhook-Id"] = "msg_another";
  EXPECT_FALSE(IsSigned(MakeDelivery(fields, kStandardBody, kStandardTime), Standard(), secrets))
      << "the id is signed";
}

TEST(SignatureScheme, TakesASignedTextApart) {
  EXPECT_EQ(ParseSignedText("v0:{timestamp}:{body}")->size(), 4u);
  for (const char* wrong : {"", "{timestamp}", "{bodi}{body}", "{body", "body}", "{{body}}"})
    EXPECT_FALSE(ParseSignedText(wrong).ok()) << wrong;
}

TEST(SignatureScheme, GivesTheEntriesWithThePrefix) {
  EXPECT_THAT(SignedEntries("t=1, v1=a,v1=b,v0=c", ",", "v1="), ElementsAre("a", "b"));
  EXPECT_THAT(SignedEntries("a,b", "", ""), ElementsAre("a,b"));
  EXPECT_THAT(SignedEntries("", ",", ""), IsEmpty());
}

TEST(Secret, IsWhatIsWrittenWithoutSpace) {
  EXPECT_EQ(DecodeSecret(" a b \n", SecretEncoding::kText)->bytes(), "a b");
  EXPECT_EQ(DecodeSecret("YWI=\n", SecretEncoding::kBase64)->bytes(), "ab");
  EXPECT_EQ(DecodeSecret("\n", SecretEncoding::kText).status().message(), "is empty");
  EXPECT_EQ(DecodeSecret("s3cret!", SecretEncoding::kBase64).status().message(), "is not base64");
}

}  // namespace
}  // namespace replog
