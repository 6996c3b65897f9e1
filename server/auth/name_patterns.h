#pragma once

#include <string>
#include <string_view>
#include <vector>

namespace replog {

// A set of names, given by patterns: exact names, and prefixes followed by `*`. In its shortest form: no
// pattern is covered by another. Immutable, thread-safe.
class NamePatterns {
 public:
  // No name.
  NamePatterns() = default;
  // The names that any of `patterns` matches. A `*` elsewhere than at the end stands for itself.
  explicit NamePatterns(const std::vector<std::string>& patterns);

  bool empty() const { return names_.empty() && prefixes_.empty(); }
  // Whether it has every name.
  bool all() const { return !prefixes_.empty() && prefixes_.front().empty(); }
  bool Covers(std::string_view name) const;
  // Whether it has every name of the other.
  bool Covers(const NamePatterns& other) const;

  // The names that both have, and those that any of the two has.
  NamePatterns Intersect(const NamePatterns& other) const;
  NamePatterns Unite(const NamePatterns& other) const;

  // In byte order. No name of one list is covered by the other.
  const std::vector<std::string>& names() const { return names_; }
  const std::vector<std::string>& prefixes() const { return prefixes_; }
  // As they are written, in the order of what they match.
  std::vector<std::string> ToStrings() const;

 private:
  bool CoversPrefix(std::string_view prefix) const;

  std::vector<std::string> names_;
  std::vector<std::string> prefixes_;  // without the `*`
};

}  // namespace replog
