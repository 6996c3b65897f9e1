#include "server/auth/directory.h"

#include "absl/strings/str_cat.h"
#include "base/error.h"
#include "server/auth/token.h"

namespace replog {
namespace {

// Says what was shown, which the caller knows, and nothing of what would have been known.
absl::Status Unknown(const Identity& identity) {
  if (identity.token) return MakeError(Reason::kUnauthenticated, "the token is not known here");
  if (!identity.certificate_names.empty())
    return MakeError(Reason::kUnauthenticated, "no name of the client certificate is known here");
  return MakeError(Reason::kUnauthenticated,
                   "no credential: send `authorization: Bearer TOKEN`, once, or a client certificate");
}

}  // namespace

Directory::Directory(std::vector<Principal> principals) {
  for (Principal& principal : principals) {
    principals_.push_back(std::make_shared<const Principal>(std::move(principal)));
    for (const std::string& name : principals_.back()->certificates)
      by_certificate_[name] = principals_.back();
  }
}

absl::StatusOr<std::shared_ptr<const Principal>> Directory::Find(const Identity& identity,
                                                                 int64_t now_us) const {
  if (identity.token) return FindByToken(identity, now_us);
  for (const std::string& name : identity.certificate_names) {
    if (const auto found = by_certificate_.find(name); found != by_certificate_.end()) return found->second;
  }
  return Unknown(identity);
}

absl::StatusOr<std::shared_ptr<const Principal>> Directory::FindByToken(const Identity& identity,
                                                                        int64_t now_us) const {
  std::shared_ptr<const Principal> found;
  std::optional<int64_t> expires_us;
  // All of them, also behind the one that is it: how long it takes tells nothing.
  for (const auto& principal : principals_) {
    for (const AccessToken& known : principal->tokens) {
      if (!EqualInConstantTime(known.digest, *identity.token)) continue;
      found = principal;
      expires_us = known.expires_us;
    }
  }
  if (found == nullptr) return Unknown(identity);
  if (!expires_us || now_us < *expires_us) return found;
  return MakeError(Reason::kTokenExpired, absl::StrCat("the token of \"", found->name, "\" has expired"),
                   {{"principal", found->name}});
}

}  // namespace replog
