#include "server/auth/name_patterns.h"

#include <algorithm>

namespace replog {
namespace {

bool StartsWith(std::string_view text, std::string_view prefix) {
  return text.substr(0, prefix.size()) == prefix;
}

void SortOut(std::vector<std::string>& texts) {
  std::ranges::sort(texts);
  texts.erase(std::unique(texts.begin(), texts.end()), texts.end());
}

}  // namespace

NamePatterns::NamePatterns(const std::vector<std::string>& patterns) {
  std::vector<std::string> prefixes;
  for (const std::string& pattern : patterns) {
    const bool prefix = !pattern.empty() && pattern.back() == '*';
    prefix ? prefixes.push_back(pattern.substr(0, pattern.size() - 1)) : names_.push_back(pattern);
  }
  SortOut(prefixes);
  // In this order what covers a prefix comes before it, and is the last that was kept.
  for (std::string& prefix : prefixes) {
    if (prefixes_.empty() || !StartsWith(prefix, prefixes_.back())) prefixes_.push_back(std::move(prefix));
  }
  SortOut(names_);
  std::erase_if(names_, [this](const std::string& name) { return CoversPrefix(name); });
}

bool NamePatterns::CoversPrefix(std::string_view prefix) const {
  return std::ranges::any_of(prefixes_, [&](const std::string& own) { return StartsWith(prefix, own); });
}

bool NamePatterns::Covers(std::string_view name) const {
  // Every name that starts with one of the prefixes is covered as a longer prefix would be.
  return CoversPrefix(name) || std::ranges::binary_search(names_, name, std::less<>());
}

bool NamePatterns::Covers(const NamePatterns& other) const {
  // A prefix stands for endlessly many names, which no number of names and no number of longer prefixes
  // cover.
  return std::ranges::all_of(other.prefixes_, [this](const auto& prefix) { return CoversPrefix(prefix); }) &&
         std::ranges::all_of(other.names_, [this](const auto& name) { return Covers(name); });
}

NamePatterns NamePatterns::Intersect(const NamePatterns& other) const {
  std::vector<std::string> both;
  for (const std::string& name : names_) {
    if (other.Covers(name)) both.push_back(name);
  }
  for (const std::string& name : other.names_) {
    if (Covers(name)) both.push_back(name);
  }
  for (const std::string& prefix : prefixes_) {
    for (const std::string& theirs : other.prefixes_) {
      if (StartsWith(prefix, theirs))
        both.push_back(prefix + "*");
      else if (StartsWith(theirs, prefix))
        both.push_back(theirs + "*");
    }
  }
  return NamePatterns(both);
}

NamePatterns NamePatterns::Unite(const NamePatterns& other) const {
  std::vector<std::string> any = ToStrings();
  const std::vector<std::string> theirs = other.ToStrings();
  any.insert(any.end(), theirs.begin(), theirs.end());
  return NamePatterns(any);
}

std::vector<std::string> NamePatterns::ToStrings() const {
  std::vector<std::string> patterns = names_;
  for (const std::string& prefix : prefixes_) patterns.push_back(prefix + "*");
  // A name never starts with a prefix of the set, so the `*` changes no order.
  std::ranges::sort(patterns);
  return patterns;
}

}  // namespace replog
