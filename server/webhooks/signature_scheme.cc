#include "server/webhooks/signature_scheme.h"

#include <algorithm>
#include <array>

#include "absl/strings/str_cat.h"

namespace replog {
namespace {

using Part = SignatureScheme::Part;
using Piece = SignatureScheme::Piece;

// Nobody who signs sends more; each costs a comparison.
constexpr size_t kMaxEntries = 16;

struct Placeholder {
  std::string_view text;
  Part part;
};
constexpr std::array<Placeholder, 3> kPlaceholders{
    {{"{body}", Part::kBody}, {"{timestamp}", Part::kTimestamp}, {"{id}", Part::kId}}};

// The placeholder that `text` starts with; null: none.
const Placeholder* PlaceholderAt(std::string_view text) {
  const auto* found = std::ranges::find_if(
      kPlaceholders, [text](const Placeholder& placeholder) { return text.starts_with(placeholder.text); });
  return found == kPlaceholders.end() ? nullptr : found;
}

std::string_view Trimmed(std::string_view text) {
  while (text.starts_with(' ')) text.remove_prefix(1);
  while (text.ends_with(' ')) text.remove_suffix(1);
  return text;
}

}  // namespace

bool SignatureScheme::Signs(Part part) const {
  return std::ranges::any_of(signed_text, [part](const Piece& piece) { return piece.part == part; });
}

absl::StatusOr<std::vector<Piece>> ParseSignedText(std::string_view text) {
  std::vector<Piece> pieces;
  bool body = false;
  while (!text.empty()) {
    const Placeholder* placeholder = PlaceholderAt(text);
    if (placeholder != nullptr) {
      pieces.push_back({placeholder->part, {}});
      body = body || placeholder->part == Part::kBody;
      text.remove_prefix(placeholder->text.size());
      continue;
    }
    if (text.front() == '{' || text.front() == '}')
      return absl::InvalidArgumentError("in braces there may be {body}, {timestamp} and {id}");
    if (pieces.empty() || pieces.back().part != Part::kLiteral) pieces.push_back({Part::kLiteral, {}});
    pieces.back().literal += text.front();
    text.remove_prefix(1);
  }
  // Else one signature would serve every body.
  if (!body) return absl::InvalidArgumentError("{body} is missing: what is signed must have it");
  return pieces;
}

std::vector<std::string_view> SignedEntries(std::string_view field, std::string_view separator,
                                            std::string_view prefix) {
  std::vector<std::string_view> entries;
  bool more = !field.empty();
  while (more && entries.size() < kMaxEntries) {
    const size_t end = separator.empty() ? std::string_view::npos : field.find(separator);
    more = end != std::string_view::npos;
    std::string_view entry = Trimmed(field.substr(0, end));
    if (more) field.remove_prefix(end + separator.size());
    if (!entry.starts_with(prefix)) continue;
    entry.remove_prefix(prefix.size());
    entries.push_back(entry);
  }
  return entries;
}

}  // namespace replog
