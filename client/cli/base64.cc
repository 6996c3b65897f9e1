#include "client/cli/base64.h"

#include "absl/strings/escaping.h"

namespace replog::cli {

std::string EncodeBase64(std::string_view bytes) {
  return absl::Base64Escape(absl::string_view(bytes.data(), bytes.size()));
}

std::optional<std::string> DecodeBase64(std::string_view text) {
  std::string bytes;
  if (!absl::Base64Unescape(absl::string_view(text.data(), text.size()), &bytes)) return std::nullopt;
  if (EncodeBase64(bytes) != text) return std::nullopt;  // Abseil lets spaces and missing padding pass
  return bytes;
}

}  // namespace replog::cli
