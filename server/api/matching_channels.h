#pragma once

#include <functional>
#include <string_view>
#include <vector>

#include "absl/status/statusor.h"
#include "server/auth/name_patterns.h"
#include "storage/model/chunk.h"

namespace replog {

// Reads the first channels whose names begin with `prefix`, in byte order, behind where the page begins.
using ReadChannels =
    std::function<absl::StatusOr<std::vector<ChannelCount>>(std::string_view prefix, size_t at_most)>;

// The first channels that `shown` covers, in byte order, behind `after`: nothing else is read, so that what
// is hidden costs no time either.
absl::StatusOr<std::vector<ChannelCount>> ListMatchingChannels(const NamePatterns& shown,
                                                               std::string_view after, size_t at_most,
                                                               const ReadChannels& read);

}  // namespace replog
