#include "server/core/expiry_judge.h"

#include "absl/strings/str_cat.h"
#include "proto/wire/record_view.h"

namespace replog {

absl::Status JudgeExpiries(const AppendRequest& request, const std::vector<RecordOutcome>& outcomes,
                           int64_t now_us) {
  if (!request.expires) return absl::OkStatus();
  const bool all_legal = CheckExpires(request.expires->first_us, "", now_us).ok() &&
                         CheckExpires(request.expires->last_us, "", now_us).ok();
  if (all_legal) return absl::OkStatus();
  absl::Status status;
  size_t index = 0;
  request.ForEachRecord([&](std::string_view encoded) {
    const size_t i = index++;
    const auto expires_us = wire::DecodeRecord(encoded)->expires_us;
    const bool written = outcomes.empty() || outcomes[i].kind == RecordOutcome::Kind::kAppended;
    if (!status.ok() || !expires_us || !written) return;
    status = CheckExpires(*expires_us, absl::StrCat("records[", i, "].expires"), now_us);
  });
  return status;
}

}  // namespace replog
