#include "server/auth/token.h"

#include <openssl/crypto.h>
#include <openssl/sha.h>

#include <algorithm>

#include "absl/strings/ascii.h"
#include "absl/strings/escaping.h"
#include "absl/strings/match.h"

namespace replog {
namespace {

constexpr std::string_view kScheme = "bearer";
constexpr size_t kMinTokenBytes = 16;
constexpr size_t kMaxTokenBytes = 512;

bool IsTokenCharacter(char c) {
  return absl::ascii_isalnum(static_cast<unsigned char>(c)) ||
         std::string_view("-._~+/=").find(c) != std::string_view::npos;
}

}  // namespace

std::optional<std::string_view> BearerToken(std::string_view authorization) {
  const size_t space = authorization.find(' ');
  if (space == std::string_view::npos) return std::nullopt;
  const std::string_view scheme = authorization.substr(0, space);
  if (!absl::EqualsIgnoreCase({scheme.data(), scheme.size()}, {kScheme.data(), kScheme.size()}))
    return std::nullopt;
  std::string_view token = authorization.substr(space);
  token.remove_prefix(std::min(token.find_first_not_of(' '), token.size()));
  const bool legal = token.size() >= kMinTokenBytes && token.size() <= kMaxTokenBytes &&
                     std::ranges::all_of(token, IsTokenCharacter);
  return legal ? std::optional(token) : std::nullopt;
}

TokenDigest DigestOf(std::string_view token) {
  TokenDigest digest;
  SHA256(reinterpret_cast<const uint8_t*>(token.data()), token.size(), digest.data());
  return digest;
}

std::optional<TokenDigest> DigestFromHex(std::string_view hex) {
  TokenDigest digest;
  const bool legal = hex.size() == 2 * digest.size() && std::ranges::all_of(hex, [](char c) {
                       return absl::ascii_isxdigit(static_cast<unsigned char>(c));
                     });
  if (!legal) return std::nullopt;
  const std::string bytes = absl::HexStringToBytes({hex.data(), hex.size()});
  std::ranges::copy(bytes, digest.begin());
  return digest;
}

std::string ToHex(const TokenDigest& digest) {
  return absl::BytesToHexString({reinterpret_cast<const char*>(digest.data()), digest.size()});
}

bool EqualInConstantTime(const TokenDigest& a, const TokenDigest& b) {
  return CRYPTO_memcmp(a.data(), b.data(), a.size()) == 0;
}

}  // namespace replog
