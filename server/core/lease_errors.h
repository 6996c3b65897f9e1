#pragma once

#include <cstdint>
#include <optional>
#include <string>

#include "absl/status/status.h"
#include "server/core/lease_record.h"
#include "storage/model/lease_token.h"

// How requests for leases are refused.
namespace replog {

// `token` and `remaining_us` are absent when the lease is just being granted to `holder`.
absl::Status LeaseHeld(const std::string& name, const std::string& holder,
                       const std::optional<FencingToken>& token, std::optional<int64_t> remaining_us);
// `holder` and `now` are of who holds it instead, if anybody does.
absl::Status LeaseNotHeld(const LeaseToken& token, const std::optional<std::string>& holder,
                          const std::optional<FencingToken>& now);
// A token that was never given out: the next grant's is at least `next`.
absl::Status LeaseNotGranted(const LeaseToken& token, const FencingToken& next);
// A log has seen a higher token than that of an append.
absl::Status LeaseFenced(const LeaseToken& token, const FencingToken& highest);

// As people read it: lineage, a colon, sequence.
std::string ToText(const FencingToken& token);

}  // namespace replog
