#include "server/webhooks/map_delivery.h"

#include <openssl/evp.h>

#include <array>

#include "absl/strings/escaping.h"
#include "absl/strings/str_cat.h"
#include "base/error.h"
#include "base/utf8.h"
#include "server/core/names.h"
#include "server/webhooks/hmac_signature.h"
#include "server/webhooks/json_value.h"

namespace replog {
namespace {

using Kind = ValueSource::Kind;

std::string Sha256Hex(std::string_view text) {
  std::array<uint8_t, 32> digest{};
  EVP_Digest(text.data(), text.size(), digest.data(), nullptr, EVP_sha256(), nullptr);
  return absl::BytesToHexString({reinterpret_cast<const char*>(digest.data()), digest.size()});
}

absl::Status Invalid(const std::string& field, const std::string& why) {
  return MakeError(Reason::kInvalidField, absl::StrCat(field, ": ", why), {{"field", field}});
}

// Takes values out of one delivery.
class Values {
 public:
  // Both must outlive it.
  Values(const Webhook& webhook, const Delivery& delivery) : webhook_(webhook), delivery_(delivery) {}

  absl::Status Parse() {
    if (!webhook_.NeedsJson()) return absl::OkStatus();
    auto document = ParseJson(delivery_.body);
    if (!document.ok()) return document.status();
    document_ = *std::move(document);
    return absl::OkStatus();
  }

  // With its prefix, whether it is allowed or not.
  absl::StatusOr<std::string> Find(const ValueSource& source, const std::string& field) const {
    auto found = FindBare(source, field);
    if (found.ok()) found->insert(0, source.prefix);
    return found;
  }

  absl::StatusOr<std::string> Allowed(const ValueSource& source, const std::string& field) const {
    auto found = Find(source, field);
    if (found.ok() && !source.allow.Matches(*found))
      return Invalid(field, absl::StrCat("\"", Excerpt(*found), "\" is not one that the webhook may write"));
    return found;
  }

  absl::StatusOr<std::string> Content() const {
    if (webhook_.content.kind == Kind::kPointer)
      return AnyTextAt(document_, webhook_.content.text, "content");
    return std::string(delivery_.body);
  }

 private:
  absl::StatusOr<std::string> FindBare(const ValueSource& source, const std::string& field) const {
    switch (source.kind) {
      case Kind::kLiteral:
        return source.text;
      case Kind::kHeader:
        return Header(source.text, field);
      case Kind::kPointer:
        return PlainTextAt(document_, source.text, field);
      case Kind::kBodyDigest:
        return Sha256Hex(delivery_.body);
      case Kind::kBody:
        break;
    }
    return std::string(delivery_.body);
  }

  absl::StatusOr<std::string> Header(const std::string& name, const std::string& field) const {
    std::string value(delivery_.field(name));
    if (!value.empty()) return value;
    return MakeError(Reason::kInvalidField, absl::StrCat(field, ": the header ", name, " is missing"),
                     {{"field", field}, {"header", name}});
  }

  const Webhook& webhook_;
  const Delivery& delivery_;
  nlohmann::json document_;
};

absl::Status FillNames(const Webhook& webhook, const Values& values, const Limits& limits,
                       v1::NewRecord& record) {
  const auto id = values.Find(webhook.delivery_id, "delivery_id");
  if (!id.ok()) return id.status();
  record.set_id(absl::StrCat(webhook.name, ":", *id));
  if (auto status = CheckId(record.id(), "delivery_id", limits); !status.ok()) return status;
  auto channel = values.Allowed(webhook.channel, "channel");
  if (!channel.ok()) return channel.status();
  if (auto status = CheckChannelName(*channel, "channel", limits); !status.ok()) return status;
  record.set_channel(*std::move(channel));
  if (!webhook.key) return absl::OkStatus();
  auto key = values.Allowed(*webhook.key, "key");
  if (!key.ok()) return key.status();
  if (auto status = CheckKey(*key, "key", limits); !status.ok()) return status;
  record.set_key(*std::move(key));
  return absl::OkStatus();
}

absl::Status FillContent(const Webhook& webhook, const Values& values, v1::NewRecord& record) {
  auto content = values.Content();
  if (!content.ok()) return content.status();
  if (webhook.content_is_payload) {
    record.set_payload(*std::move(content));
    return absl::OkStatus();
  }
  if (!IsUtf8(*content)) return Invalid("content", "is not UTF-8");
  record.set_text(*std::move(content));
  return absl::OkStatus();
}

absl::Status FillHeaders(const Webhook& webhook, const Delivery& delivery, v1::NewRecord& record) {
  for (const std::string& name : webhook.headers) {
    const std::string value(delivery.field(name));
    if (!IsUtf8(value)) return Invalid(absl::StrCat("header ", name), "is not UTF-8");
    if (!value.empty()) (*record.mutable_headers())[name] = value;
  }
  return absl::OkStatus();
}

absl::Status CheckSize(const Webhook& webhook, uint64_t body_bytes) {
  if (body_bytes <= webhook.max_body_bytes) return absl::OkStatus();
  const auto limit = std::to_string(webhook.max_body_bytes);
  const auto value = std::to_string(body_bytes);
  return MakeError(Reason::kTooLarge,
                   absl::StrCat("body: has ", value, " bytes, the webhook's limit is ", limit),
                   {{"field", "body"}, {"limit", limit}, {"value", value}});
}

absl::Status BadSignature(const Webhook& webhook) {
  return MakeError(Reason::kBadSignature,
                   absl::StrCat("webhook ", webhook.name, ": the signature is missing, wrong or too old"),
                   {{"webhook", webhook.name}});
}

}  // namespace

absl::Status CheckSignature(const Webhook& webhook, const Delivery& delivery) {
  return IsSigned(delivery, webhook.signature, webhook.secrets) ? absl::OkStatus() : BadSignature(webhook);
}

absl::Status CheckAnnounced(const Webhook& webhook, const Delivery& delivery, uint64_t body_bytes) {
  if (auto status = CheckSize(webhook, body_bytes); !status.ok()) return status;
  const SignatureScheme& scheme = webhook.signature;
  const auto entries = SignedEntries(delivery.field(scheme.header), scheme.separator, scheme.prefix);
  return entries.empty() ? BadSignature(webhook) : absl::OkStatus();
}

absl::StatusOr<std::optional<v1::AppendRequest>> MapDelivery(const Webhook& webhook, const Delivery& delivery,
                                                             const Limits& limits) {
  if (auto status = CheckSize(webhook, delivery.body.size()); !status.ok()) return status;
  Values values(webhook, delivery);
  if (auto status = values.Parse(); !status.ok()) return status;
  if (webhook.events) {
    const auto event = values.Find(*webhook.events, "events");
    if (!event.ok()) return event.status();
    if (!webhook.events->allow.Matches(*event)) return std::nullopt;
  }
  v1::AppendRequest append;
  append.set_log(webhook.log);
  v1::NewRecord& record = *append.add_records();
  if (auto status = FillNames(webhook, values, limits, record); !status.ok()) return status;
  if (auto status = FillContent(webhook, values, record); !status.ok()) return status;
  if (auto status = FillHeaders(webhook, delivery, record); !status.ok()) return status;
  return append;
}

}  // namespace replog
