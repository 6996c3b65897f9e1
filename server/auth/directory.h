#pragma once

#include <map>
#include <memory>
#include <string>
#include <vector>

#include "absl/status/statusor.h"
#include "server/auth/caller.h"
#include "server/auth/grant.h"

namespace replog {

// The principals of one access file, found by what a caller shows. Immutable, thread-safe.
class Directory {
 public:
  // No principal has the name, a token or a certificate of another; see ParseAccessFile.
  explicit Directory(std::vector<Principal> principals);

  // By the token, when one is shown, else by the first name of the certificate that is known.
  // UNAUTHENTICATED, TOKEN_EXPIRED.
  absl::StatusOr<std::shared_ptr<const Principal>> Find(const Identity& identity, int64_t now_us) const;

  const std::vector<std::shared_ptr<const Principal>>& principals() const { return principals_; }

 private:
  // `identity` has one.
  absl::StatusOr<std::shared_ptr<const Principal>> FindByToken(const Identity& identity,
                                                               int64_t now_us) const;

  std::vector<std::shared_ptr<const Principal>> principals_;
  std::map<std::string, std::shared_ptr<const Principal>> by_certificate_;
};

}  // namespace replog
