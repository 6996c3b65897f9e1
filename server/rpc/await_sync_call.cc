#include "server/rpc/await_sync_call.h"

#include "base/error.h"
#include "server/api/sync_answer.h"
#include "server/core/names.h"
#include "server/rpc/wait_time.h"

namespace replog {
namespace {

absl::StatusOr<SyncTarget> ToTarget(const v1::AwaitSyncRequest& request) {
  switch (request.target_case()) {
    case v1::AwaitSyncRequest::kSequence:
      return SyncTarget(request.sequence());
    case v1::AwaitSyncRequest::kKey:
      return SyncTarget(SyncKey{request.key().channel(), request.key().key()});
    case v1::AwaitSyncRequest::TARGET_NOT_SET:
      break;
  }
  return MakeError(Reason::kInvalidField, "sequence: or `key` is required", {{"field", "sequence"}});
}

absl::StatusOr<SyncQuestion> ToQuestion(const v1::AwaitSyncRequest& request) {
  const auto timeout_us = WaitMicros(request, kDefaultSyncWaitUs);
  if (!timeout_us.ok()) return timeout_us.status();
  auto target = ToTarget(request);
  if (!target.ok()) return target.status();
  return SyncQuestion{.log = request.log(),
                      .target = *std::move(target),
                      .nodes = {request.nodes().begin(), request.nodes().end()},
                      .fleet = request.fleet(),
                      .origin = request.origin(),
                      .timeout_us = *timeout_us};
}

}  // namespace

absl::Status AwaitSyncCall::Begin() {
  auto question = ToQuestion(call().request);
  if (!question.ok()) return question.status();
  question->may_see = [caller = call().caller, log = std::string(LogNameOrDefault(call().request.log()))](
                          const std::string& channel) {
    return caller.CheckChannel(Access::kRead, log, channel).ok();
  };
  if (auto status = CheckSyncQuestion(*question, service_.options().limits); !status.ok()) return status;
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
