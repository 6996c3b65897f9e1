#include "server/http/record_match.h"

#include <algorithm>
#include <cstring>

#include "absl/strings/ascii.h"

namespace replog {

RecordMatch::RecordMatch(std::optional<std::string> key, const std::string& text)
    : key_(std::move(key)), text_(absl::AsciiStrToLower(text)) {}

bool RecordMatch::IsIn(const std::string& field) const {
  const std::string lower = absl::AsciiStrToLower(field);
  // Unlike std::string's, its time does not grow with the text that is looked for.
  return ::memmem(lower.data(), lower.size(), text_.data(), text_.size()) != nullptr;
}

bool RecordMatch::Fits(const v1::Record& record) const {
  if (key_ && (!record.has_key() || record.key() != *key_)) return false;
  if (text_.empty()) return true;
  for (const auto* field :
       {&record.text(), &record.payload(), &record.key(), &record.channel(), &record.id()}) {
    if (IsIn(*field)) return true;
  }
  return std::ranges::any_of(record.headers(),
                             [&](const auto& header) { return IsIn(header.first) || IsIn(header.second); });
}

}  // namespace replog
