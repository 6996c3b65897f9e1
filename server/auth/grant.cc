#include "server/auth/grant.h"

namespace replog {
namespace {

std::vector<std::string> Concatenate(std::vector<std::string> texts, const std::vector<std::string>& more) {
  texts.insert(texts.end(), more.begin(), more.end());
  return texts;
}

}  // namespace

LogPatterns::LogPatterns(const std::vector<std::string>& patterns) {
  std::vector<std::string> users;
  std::vector<std::string> own;
  for (const std::string& pattern : patterns) (pattern.starts_with('_') ? own : users).push_back(pattern);
  users_ = NamePatterns(users);
  own_ = NamePatterns(own);
}

LogPatterns LogPatterns::Unite(const LogPatterns& other) const {
  return LogPatterns(Concatenate(ToStrings(), other.ToStrings()));
}

std::vector<std::string> LogPatterns::ToStrings() const {
  return Concatenate(users_.ToStrings(), own_.ToStrings());
}

Principal Anonymous() {
  const NamePatterns all({"*"});
  Principal anonymous;
  anonymous.name = kAnonymous;
  anonymous.grants.push_back({Verbs::All(), LogPatterns({"*", "_*"}), all, all, all});
  return anonymous;
}

}  // namespace replog
