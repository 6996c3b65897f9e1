#include "server/core/names.h"

#include <algorithm>

#include "absl/strings/ascii.h"
#include "absl/strings/str_cat.h"
#include "base/error.h"
#include "base/utf8.h"

namespace replog {
namespace {

constexpr size_t kMaxLogNameBytes = 128;
constexpr size_t kMaxLeaseNameBytes = 256;
constexpr size_t kMaxInstanceBytes = 64;
constexpr size_t kMaxNodeNameBytes = 256;
constexpr size_t kMaxProducerNameBytes = 256;

absl::string_view Abseil(std::string_view text) { return {text.data(), text.size()}; }

absl::Status Invalid(std::string_view field, const std::string& why, Metadata metadata = {}) {
  metadata.insert(metadata.begin(), {"field", std::string(field)});
  return MakeError(Reason::kInvalidField, absl::StrCat(Abseil(field), ": ", why), metadata);
}

// Whether UTF-8 text has a control character: U+0000 to U+001F and U+007F to U+009F.
bool HasControl(std::string_view text) {
  for (size_t i = 0; i < text.size(); ++i) {
    const auto c = static_cast<unsigned char>(text[i]);
    if (c < 0x20 || c == 0x7f) return true;
    if (c == 0xc2 && i + 1 < text.size() && static_cast<unsigned char>(text[i + 1]) < 0xa0) return true;
  }
  return false;
}

absl::Status CheckText(std::string_view text, std::string_view field, size_t max_bytes) {
  if (text.size() > max_bytes) {
    const auto limit = std::to_string(max_bytes);
    const auto value = std::to_string(text.size());
    return Invalid(field, absl::StrCat("has ", value, " bytes, the limit is ", limit),
                   {{"limit", limit}, {"value", value}});
  }
  return IsUtf8(text) ? absl::OkStatus() : Invalid(field, "is not UTF-8");
}

absl::Status CheckCharacters(std::string_view text, std::string_view field, const Limits& limits) {
  if (auto status = CheckText(text, field, limits.channel_bytes); !status.ok()) return status;
  if (HasControl(text)) return Invalid(field, "has a control character");
  if (text.find('*') != std::string_view::npos) return Invalid(field, "has a `*`");
  return absl::OkStatus();
}

absl::Status CheckPlainName(std::string_view name, std::string_view field, size_t max_bytes) {
  if (name.empty()) return Invalid(field, "is required");
  if (auto status = CheckText(name, field, max_bytes); !status.ok()) return status;
  return HasControl(name) ? Invalid(field, "has a control character") : absl::OkStatus();
}

}  // namespace

absl::Status CheckChannelName(std::string_view name, std::string_view field, const Limits& limits) {
  if (name.empty()) return Invalid(field, "is required");
  return CheckCharacters(name, field, limits);
}

absl::Status CheckKey(std::string_view key, std::string_view field, const Limits& limits) {
  if (key.empty()) return Invalid(field, "is empty");
  return CheckText(key, field, limits.key_bytes);
}

absl::Status CheckId(std::string_view id, std::string_view field, const Limits& limits) {
  if (id.empty()) return Invalid(field, "is empty; leave it out for none");
  return CheckText(id, field, limits.id_bytes);
}

absl::Status CheckChannelPattern(std::string_view pattern, std::string_view field, const Limits& limits) {
  if (pattern.empty()) return Invalid(field, "is empty; leave it out to get all channels");
  if (pattern.back() == '*') pattern.remove_suffix(1);
  return CheckCharacters(pattern, field, limits);
}

absl::Status CheckNodeName(std::string_view name, std::string_view field) {
  return CheckPlainName(name, field, kMaxNodeNameBytes);
}

absl::Status CheckProducerName(std::string_view name, std::string_view field) {
  return CheckPlainName(name, field, kMaxProducerNameBytes);
}

absl::Status CheckLeaseName(std::string_view name, std::string_view field) {
  return CheckPlainName(name, field, kMaxLeaseNameBytes);
}

absl::Status CheckInstance(std::string_view instance, std::string_view field) {
  return CheckText(instance, field, kMaxInstanceBytes);
}

absl::Status CheckLogName(std::string_view name) {
  if (name.empty()) return Invalid("log", "is required");
  if (name.size() > kMaxLogNameBytes) {
    return Invalid("log", absl::StrCat("has ", name.size(), " bytes, the limit is ", kMaxLogNameBytes),
                   {{"limit", std::to_string(kMaxLogNameBytes)}, {"value", std::to_string(name.size())}});
  }
  const auto legal = [](char c) { return absl::ascii_isalnum(c) || c == '.' || c == '_' || c == '-'; };
  if (!std::all_of(name.begin(), name.end(), legal)) {
    return Invalid(
        "log", absl::StrCat("\"", Abseil(name), "\" has other characters than a-z, A-Z, 0-9, `.`, `_`, `-`"));
  }
  if (name[0] == '.') return Invalid("log", "must not start with `.`");
  if (name[0] == '_') {
    return MakeError(Reason::kLogProtected, "log: names starting with `_` are the product's own");
  }
  return absl::OkStatus();
}

}  // namespace replog
