#pragma once

#include <optional>
#include <string>
#include <string_view>

namespace replog::cli {

// Base64 with padding, as in RFC 4648, section 4.
std::string EncodeBase64(std::string_view bytes);
// Nullopt when `text` is not exactly what EncodeBase64 makes of some bytes.
std::optional<std::string> DecodeBase64(std::string_view text);

}  // namespace replog::cli
