#pragma once

#include <cstdint>
#include <deque>
#include <optional>
#include <string>
#include <string_view>
#include <unordered_map>

namespace replog::chat {

// Numbers for strings that come again and again, as the names of channels and users do: each is kept once.
// Not thread-safe.
class StringTable {
 public:
  // The number of `text`, a new one when it was not seen before. Numbers count from 0.
  uint32_t Intern(std::string_view text);
  std::optional<uint32_t> Find(std::string_view text) const;
  // Valid as long as the table.
  std::string_view operator[](uint32_t number) const { return strings_[number]; }
  size_t size() const { return strings_.size(); }

 private:
  // A deque never moves its strings, so views of them stay valid.
  std::deque<std::string> strings_;
  std::unordered_map<std::string_view, uint32_t> numbers_;
};

}  // namespace replog::chat
