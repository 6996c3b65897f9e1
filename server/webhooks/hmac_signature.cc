#include "server/webhooks/hmac_signature.h"

#include <openssl/crypto.h>
#include <openssl/evp.h>
#include <openssl/hmac.h>

#include <array>
#include <optional>

#include "absl/strings/ascii.h"
#include "absl/strings/escaping.h"
#include "absl/strings/numbers.h"

namespace replog {
namespace {

constexpr size_t kDigestBytes = 32;
constexpr int64_t kSecondUs = 1'000'000;
using Digest = std::array<uint8_t, kDigestBytes>;
using Part = SignatureScheme::Part;

Digest HmacSha256(std::string_view key, std::string_view text) {
  Digest digest{};
  unsigned size = 0;
  HMAC(EVP_sha256(), key.data(), static_cast<int>(key.size()),
       reinterpret_cast<const unsigned char*>(text.data()), text.size(), digest.data(), &size);
  return digest;
}

bool IsHex(std::string_view text) {
  for (const char c : text) {
    if (!absl::ascii_isxdigit(static_cast<unsigned char>(c))) return false;
  }
  return text.size() == 2 * kDigestBytes;
}

// The digest that a signature says; nullopt: it is none.
std::optional<std::string> Decode(std::string_view text, SignatureScheme::Encoding encoding) {
  std::string bytes;
  if (encoding == SignatureScheme::Encoding::kHex) {
    if (!IsHex(text)) return {};
    bytes = absl::HexStringToBytes({text.data(), text.size()});
  } else if (!absl::Base64Unescape({text.data(), text.size()}, &bytes)) {
    return {};
  }
  return bytes.size() == kDigestBytes ? std::optional(bytes) : std::nullopt;
}

// The signed time, as it was written; nullopt when it is missing, none, or too far from now.
std::optional<std::string> Timestamp(const Delivery& delivery, const SignatureScheme& scheme) {
  constexpr size_t kMaxDigits = 11;  // seconds, until the year 5138
  const auto entries =
      SignedEntries(delivery.field(scheme.timestamp_header), scheme.separator, scheme.timestamp_prefix);
  if (entries.empty()) return {};
  const std::string text(entries.front());
  int64_t seconds = 0;
  if (text.size() > kMaxDigits || !absl::SimpleAtoi(text, &seconds) || seconds < 0) return {};
  const int64_t away_us = std::abs(delivery.now_us - seconds * kSecondUs);
  return away_us <= scheme.tolerance_us ? std::optional(text) : std::nullopt;
}

// What the sender signed; nullopt when a piece of it is missing.
std::optional<std::string> SignedText(const Delivery& delivery, const SignatureScheme& scheme) {
  std::optional<std::string> timestamp = "";
  if (scheme.Signs(Part::kTimestamp)) timestamp = Timestamp(delivery, scheme);
  if (!timestamp) return {};
  std::string text;
  text.reserve(delivery.body.size() + 256);
  for (const auto& piece : scheme.signed_text) {
    switch (piece.part) {
      case Part::kLiteral:
        text += piece.literal;
        break;
      case Part::kBody:
        text += delivery.body;
        break;
      case Part::kTimestamp:
        text += *timestamp;
        break;
      case Part::kId:
        text += delivery.field(scheme.id_header);
        break;
    }
  }
  return text;
}

}  // namespace

bool IsSigned(const Delivery& delivery, const SignatureScheme& scheme, const std::vector<Secret>& secrets) {
  std::vector<std::string> claimed;
  for (const auto entry : SignedEntries(delivery.field(scheme.header), scheme.separator, scheme.prefix)) {
    if (auto digest = Decode(entry, scheme.encoding)) claimed.push_back(*std::move(digest));
  }
  if (claimed.empty()) return false;
  const auto text = SignedText(delivery, scheme);
  if (!text) return false;
  bool matched = false;
  for (const Secret& secret : secrets) {
    const Digest digest = HmacSha256(secret.bytes(), *text);
    // Every one of them is compared, and all of its bytes: how long it takes tells nothing of where they
    // differ.
    for (const std::string& claim : claimed)
      matched |= CRYPTO_memcmp(digest.data(), claim.data(), kDigestBytes) == 0;
  }
  return matched;
}

}  // namespace replog
