#include "client/nodes/chat/string_table.h"

namespace replog::chat {

uint32_t StringTable::Intern(std::string_view text) {
  if (const auto found = Find(text)) return *found;
  const auto number = static_cast<uint32_t>(strings_.size());
  numbers_.emplace(strings_.emplace_back(text), number);
  return number;
}

std::optional<uint32_t> StringTable::Find(std::string_view text) const {
  const auto found = numbers_.find(text);
  if (found == numbers_.end()) return std::nullopt;
  return found->second;
}

}  // namespace replog::chat
