#include "server/core/lease_errors.h"

#include "absl/strings/str_cat.h"
#include "base/error.h"
#include "base/utf8.h"

namespace replog {
namespace {

void AddToken(const FencingToken& token, Metadata& metadata) {
  metadata.emplace_back("lineage", std::to_string(token.lineage));
  metadata.emplace_back("sequence", std::to_string(token.sequence));
}

std::string Quoted(std::string_view name) { return absl::StrCat("\"", Excerpt(name), "\""); }

}  // namespace

std::string ToText(const FencingToken& token) { return absl::StrCat(token.lineage, ":", token.sequence); }

absl::Status LeaseHeld(const std::string& name, const std::string& holder,
                       const std::optional<FencingToken>& token, std::optional<int64_t> remaining_us) {
  Metadata metadata{{"lease", Excerpt(name)}, {"holder", Excerpt(holder)}};
  std::string message = absl::StrCat("name: the lease ", Quoted(name), " is held by ", Quoted(holder));
  if (token) AddToken(*token, metadata);
  if (remaining_us) {
    const int64_t remaining_ms = *remaining_us / 1000;
    metadata.emplace_back("remaining_ms", std::to_string(remaining_ms));
    absl::StrAppend(&message, ", whose term ends in ", remaining_ms, " ms unless it is renewed");
  }
  return MakeError(Reason::kLeaseHeld, message, metadata);
}

absl::Status LeaseNotHeld(const LeaseToken& token, const std::optional<std::string>& holder,
                          const std::optional<FencingToken>& now) {
  Metadata metadata{{"lease", Excerpt(token.name)}};
  std::string message = absl::StrCat("token: the lease ", Quoted(token.name), " is not held under token ",
                                     ToText(token.fencing));
  if (holder) {
    metadata.emplace_back("holder", Excerpt(*holder));
    absl::StrAppend(&message, ", but by ", Quoted(*holder));
  }
  if (now) {
    AddToken(*now, metadata);
    absl::StrAppend(&message, " under token ", ToText(*now));
  }
  return MakeError(Reason::kLeaseNotHeld, message, metadata);
}

absl::Status LeaseNotGranted(const LeaseToken& token, const FencingToken& next) {
  return MakeError(
      Reason::kInvalidField,
      absl::StrCat("conditions.lease: token ", ToText(token.fencing), " of the lease ", Quoted(token.name),
                   " was never given out; the next one will be at least ", ToText(next),
                   "; nothing was written"),
      {{"field", "conditions.lease"}, {"value", ToText(token.fencing)}, {"limit", ToText(next)}});
}

absl::Status LeaseFenced(const LeaseToken& token, const FencingToken& highest) {
  Metadata metadata{{"field", "conditions.lease"}, {"lease", Excerpt(token.name)}};
  AddToken(highest, metadata);
  return MakeError(
      Reason::kLeaseFenced,
      absl::StrCat("conditions.lease: token ", ToText(token.fencing), " of the lease ", Quoted(token.name),
                   " is older than ", ToText(highest), ", which the log has seen; nothing was written"),
      metadata);
}

}  // namespace replog
