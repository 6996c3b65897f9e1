#include "server/rpc/await_sync_call.h"

#include "server/api/sync_answer.h"
#include "server/api/sync_question.h"
#include "server/core/names.h"

namespace replog {
absl::Status AwaitSyncCall::Begin() {
  auto question = ToSyncQuestion(call(), service_.options().limits);
  if (!question.ok()) return question.status();
  waiting_ = SyncCall::Start(service_, *std::move(question),
                             [this, self = shared_from_this()](absl::StatusOr<SyncAnswer> answer) {
                               End(ToResponse(std::move(answer)));
                             });
  return absl::OkStatus();
}

absl::StatusOr<v1::AwaitSyncResponse> AwaitSyncCall::ToResponse(absl::StatusOr<SyncAnswer> answer) const {
  if (!answer.ok()) return answer.status();
  HideNodes(call().caller, LogNameOrDefault(call().request.log()), *answer);
  return ToAwaitSyncResponse(*answer);
}

}  // namespace replog
