#include "server/webhooks/webhooks_file.h"

#include <nlohmann/json.hpp>
#include <set>

#include "absl/strings/ascii.h"
#include "absl/strings/str_cat.h"
#include "base/yaml/yaml_document.h"
#include "server/core/limits.h"
#include "server/core/names.h"

namespace replog {
namespace {

using Kind = ValueSource::Kind;

constexpr int64_t kSecondUs = 1'000'000;
constexpr size_t kMaxNameBytes = 64;
constexpr size_t kMaxSecrets = 8;
constexpr size_t kMaxBodyBytes = 3 << 20;  // no record is larger
constexpr size_t kDefaultBodyBytes = 1 << 20;
constexpr size_t kMaxRequestsPerSecond = 1'000'000;

bool IsName(const std::string& name) {
  for (const char c : name) {
    if (!absl::ascii_isalnum(static_cast<unsigned char>(c)) && c != '.' && c != '_' && c != '-') return false;
  }
  return !name.empty() && name.size() <= kMaxNameBytes && name.front() != '.';
}

bool IsHeaderName(const std::string& name) {
  for (const char c : name) {
    if (!absl::ascii_isalnum(static_cast<unsigned char>(c)) && c != '_' && c != '-') return false;
  }
  return !name.empty();
}

std::string HeaderName(const YamlValue& value) {
  std::string name = value.Text();
  if (value.present() && !IsHeaderName(name)) value.Fail("is not the name of a header");
  return name;
}

// One of `words`, by its index; the first where there is nothing.
size_t ReadChoice(const YamlValue& value, const std::vector<std::string>& words) {
  if (!value.present()) return 0;
  const std::string text = value.Text();
  for (size_t i = 0; i < words.size(); ++i) {
    if (words[i] == text) return i;
  }
  value.Fail(absl::StrCat("is not ", words[0], " or ", words[1]));
  return 0;
}

void CheckPointer(const YamlValue& value, const std::string& pointer) {
  try {
    const nlohmann::json::json_pointer checked(pointer);
  } catch (const nlohmann::json::exception&) {
    value.Fail("is not a JSON pointer, like /project/id");
  }
}

// {header: …} or {pointer: …}, with a prefix and what is allowed.
ValueSource ReadFound(const YamlValue& value) {
  value.ExpectKeys({"header", "pointer", "prefix", "allow"});
  const YamlValue header = value["header"];
  const YamlValue pointer = value["pointer"];
  if (header.present() == pointer.present()) value.Fail("takes one of `header` and `pointer`");
  ValueSource source{.kind = header.present() ? Kind::kHeader : Kind::kPointer,
                     .text = header.present() ? HeaderName(header) : pointer.Text(),
                     .prefix = value["prefix"].Text(),
                     .allow = ChannelFilter(value["allow"].Texts())};
  if (pointer.present()) CheckPointer(pointer, source.text);
  // A filter of nothing would let everything through.
  if (value["allow"].present() && source.allow.all()) value["allow"].Fail("names nothing; `*` is everything");
  return source;
}

ValueSource ReadChannel(const YamlValue& value, const Limits& limits) {
  if (!value.is_map()) {
    ValueSource source{.kind = Kind::kLiteral, .text = value.Text()};
    if (auto status = CheckChannelName(source.text, "channel", limits); value.present() && !status.ok())
      value.Fail(std::string(status.message()));
    return source;
  }
  // Whoever can sign would else write to every channel of the log.
  value.Required("allow");
  return ReadFound(value);
}

ValueSource ReadDeliveryId(const YamlValue& value) {
  if (value.is_map()) return ReadFound(value);
  if (value.present() && value.Text() != "body_sha256")
    value.Fail("is {header: …}, {pointer: …} or body_sha256");
  return {.kind = Kind::kBodyDigest};
}

ValueSource ReadContent(const YamlValue& value) {
  if (!value.present()) return {.kind = Kind::kBody};
  value.ExpectKeys({"pointer"});
  const YamlValue pointer = value.Required("pointer");
  ValueSource source{.kind = Kind::kPointer, .text = pointer.Text()};
  CheckPointer(pointer, source.text);
  return source;
}

std::vector<SignatureScheme::Piece> ReadSignedText(const YamlValue& value) {
  auto pieces = ParseSignedText(value.present() ? value.Text() : "{body}");
  if (pieces.ok()) return *std::move(pieces);
  value.Fail(std::string(pieces.status().message()));
  return {};
}

SignatureScheme ReadSignature(const YamlValue& value, const ValueSource& delivery_id) {
  value.ExpectKeys({"header", "prefix", "separator", "encoding", "signed", "timestamp_header",
                    "timestamp_prefix", "tolerance"});
  SignatureScheme scheme{
      .header = HeaderName(value.Required("header")),
      .prefix = value["prefix"].Text(),
      .separator = value["separator"].Text(),
      .encoding = static_cast<SignatureScheme::Encoding>(ReadChoice(value["encoding"], {"hex", "base64"})),
      .signed_text = ReadSignedText(value["signed"]),
      .timestamp_header = HeaderName(value["timestamp_header"]),
      .timestamp_prefix = value["timestamp_prefix"].Text(),
      .tolerance_us = value["tolerance"].DurationMicros(kSecondUs, 3600 * kSecondUs, 300 * kSecondUs),
  };
  const bool timed = scheme.Signs(SignatureScheme::Part::kTimestamp);
  if (timed) value.Required("timestamp_header");
  // A time that is not signed proves nothing.
  if (!timed && value["timestamp_header"].present())
    value["timestamp_header"].Fail(
        "needs {timestamp} in `signed`: who replays a delivery could write any time");
  if (delivery_id.kind == Kind::kHeader) scheme.id_header = delivery_id.text;
  if (scheme.Signs(SignatureScheme::Part::kId) && scheme.id_header.empty())
    value["signed"].Fail("has {id}, which needs a delivery_id with a header");
  return scheme;
}

void ReadSecret(const YamlValue& value,
                const std::function<absl::StatusOr<std::string>(const std::string&)>& read,
                SecretEncoding encoding, std::vector<Secret>& secrets) {
  auto text = read(value.Text());
  if (!text.ok()) return value.Fail(std::string(text.status().message()));
  const auto secret = DecodeSecret(*std::move(text), encoding);
  if (secret.ok()) {
    secrets.push_back(*secret);
  } else {
    value.Fail(absl::StrCat("the secret ", std::string(secret.status().message())));
  }
}

std::vector<Secret> ReadSecrets(const YamlValue& webhook, const SecretSource& source) {
  const auto encoding =
      static_cast<SecretEncoding>(ReadChoice(webhook["secret_encoding"], {"text", "base64"}));
  std::vector<Secret> secrets;
  for (const YamlValue& file : webhook["secret_file"].Items())
    ReadSecret(file, source.file, encoding, secrets);
  for (const YamlValue& name : webhook["secret_env"].Items())
    ReadSecret(name, source.environment, encoding, secrets);
  if (secrets.empty()) webhook.Fail("`secret_file` or `secret_env` is required");
  if (secrets.size() > kMaxSecrets) webhook.Fail(absl::StrCat("has more than ", kMaxSecrets, " secrets"));
  return secrets;
}

void ReadName(const YamlValue& value, Webhook& webhook) {
  webhook.name = value.Text();
  if (value.present() && !IsName(webhook.name))
    value.Fail(
        absl::StrCat("must be 1 to ", kMaxNameBytes, " of the characters a-z, A-Z, 0-9, `.`, `_` and `-`"));
}

void ReadTarget(const YamlValue& value, Webhook& webhook) {
  const Limits limits;
  webhook.log = value["log"].present() ? value["log"].Text() : std::string(kDefaultLog);
  if (auto status = CheckLogName(webhook.log); !status.ok()) value["log"].Fail(std::string(status.message()));
  webhook.channel = ReadChannel(value.Required("channel"), limits);
  if (value["key"].is_map()) {
    webhook.key = ReadFound(value["key"]);
  } else if (value["key"].present()) {
    webhook.key = ValueSource{.kind = Kind::kLiteral, .text = value["key"].Text()};
  }
  webhook.content = ReadContent(value["content"]);
  webhook.content_is_payload = ReadChoice(value["content_as"], {"text", "payload"}) == 1;
  for (const YamlValue& header : value["headers"].Items()) webhook.headers.push_back(HeaderName(header));
}

Webhook ReadWebhook(const YamlValue& value, const SecretSource& secrets) {
  if (!value.is_map()) value.Fail("a webhook is a map");
  value.ExpectKeys({"name", "secret_file", "secret_env", "secret_encoding", "signature", "delivery_id", "log",
                    "channel", "key", "content", "content_as", "headers", "events", "max_body_bytes",
                    "requests_per_second"});
  Webhook webhook;
  ReadName(value.Required("name"), webhook);
  webhook.delivery_id = ReadDeliveryId(value.Required("delivery_id"));
  webhook.signature = ReadSignature(value.Required("signature"), webhook.delivery_id);
  ReadTarget(value, webhook);
  if (value["events"].present()) {
    webhook.events = ReadFound(value["events"]);
    value["events"].Required("allow");
  }
  webhook.max_body_bytes = value["max_body_bytes"].Number(1, kMaxBodyBytes, kDefaultBodyBytes);
  webhook.requests_per_second = value["requests_per_second"].Number(1, kMaxRequestsPerSecond, 0);
  webhook.secrets = ReadSecrets(value, secrets);
  return webhook;
}

}  // namespace

absl::StatusOr<std::vector<Webhook>> ParseWebhooks(const std::string& text, const std::string& file,
                                                   const SecretSource& secrets) {
  YamlDocument document(text, file);
  const YamlValue root = document.root();
  root.ExpectKeys({"webhooks"});
  std::vector<Webhook> webhooks;
  std::set<std::string> names;
  for (const YamlValue& item : root["webhooks"].Items()) {
    // Secrets of a file that is wrong are not even read.
    if (!document.status().ok()) return document.status();
    webhooks.push_back(ReadWebhook(item, secrets));
    if (!names.insert(webhooks.back().name).second)
      item["name"].Fail(absl::StrCat("there are two webhooks ", webhooks.back().name));
  }
  if (!document.status().ok()) return document.status();
  return webhooks;
}

}  // namespace replog
