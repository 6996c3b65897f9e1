#include "server/http/resume_id.h"

#include <vector>

#include "absl/strings/numbers.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_split.h"
#include "base/error.h"
#include "base/utf8.h"

namespace replog {
namespace {

bool ToNumber(absl::string_view text, uint64_t& number) {
  return text.find_first_not_of("0123456789") == absl::string_view::npos && absl::SimpleAtoi(text, &number);
}

}  // namespace

std::string ToResumeId(const Position& position) {
  return absl::StrCat(position.log_uuid, ".", position.lineage, ".", position.epoch, ".",
                      position.next_sequence);
}

absl::StatusOr<Position> FromResumeId(std::string_view id) {
  const std::vector<absl::string_view> parts = absl::StrSplit(absl::string_view(id.data(), id.size()), '.');
  Position position;
  if (parts.size() == 4 && !parts[0].empty() && ToNumber(parts[1], position.lineage) &&
      ToNumber(parts[2], position.epoch) && ToNumber(parts[3], position.next_sequence)) {
    position.log_uuid = std::string(parts[0]);
    return position;
  }
  return MakeError(Reason::kInvalidField,
                   absl::StrCat("last_event_id: is \"", Excerpt(id), "\", not the id of an event of ours"),
                   {{"field", "last_event_id"}});
}

}  // namespace replog
