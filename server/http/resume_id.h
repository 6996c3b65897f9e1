#pragma once

#include <string>
#include <string_view>

#include "absl/status/statusor.h"
#include "storage/model/epoch_table.h"

// The id of a server-sent event: the position behind it, in full, so that a reader that resumes in a log that
// was deleted or has forked learns so. "UUID.LINEAGE.EPOCH.NEXT".
namespace replog {

std::string ToResumeId(const Position& position);

// INVALID_FIELD.
absl::StatusOr<Position> FromResumeId(std::string_view id);

}  // namespace replog
