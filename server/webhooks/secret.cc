#include "server/webhooks/secret.h"

#include <openssl/crypto.h>

#include "absl/strings/ascii.h"
#include "absl/strings/escaping.h"
#include "absl/strings/strip.h"

namespace replog {

void Wipe(std::string& text) {
  OPENSSL_cleanse(text.data(), text.size());
  text.clear();
}

Secret::~Secret() { Wipe(bytes_); }

absl::StatusOr<Secret> DecodeSecret(std::string text, SecretEncoding encoding) {
  absl::string_view written = absl::StripAsciiWhitespace(text);
  std::string bytes(written);
  bool legal = true;
  if (encoding == SecretEncoding::kBase64) {
    absl::ConsumePrefix(&written, "whsec_");
    legal = absl::Base64Unescape(written, &bytes);
  }
  const Secret secret({bytes.data(), bytes.size()});
  Wipe(text);
  Wipe(bytes);
  if (!legal) return absl::InvalidArgumentError("is not base64");
  if (secret.bytes().empty()) return absl::InvalidArgumentError("is empty");
  return secret;
}

}  // namespace replog
