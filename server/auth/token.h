#pragma once

#include <optional>
#include <string>
#include <string_view>

#include "server/auth/grant.h"

namespace replog {

// The token of an `authorization` header, "Bearer TOKEN" (RFC 6750): 16 to 512 characters of letters, digits
// and -._~+/= . Nullopt when it is anything else. The answer points into `authorization`.
std::optional<std::string_view> BearerToken(std::string_view authorization);

TokenDigest DigestOf(std::string_view token);

// As the access file has it: 64 hexadecimal digits. Nullopt when it is not that.
std::optional<TokenDigest> DigestFromHex(std::string_view hex);
std::string ToHex(const TokenDigest& digest);

// Takes as long for what is nearly equal as for what is not.
bool EqualInConstantTime(const TokenDigest& a, const TokenDigest& b);

}  // namespace replog
