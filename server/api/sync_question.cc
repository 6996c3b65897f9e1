#include "server/api/sync_question.h"

#include "base/error.h"
#include "server/api/wait_time.h"
#include "server/core/names.h"

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

}  // namespace

absl::StatusOr<SyncQuestion> ToSyncQuestion(const Granted<v1::AwaitSyncRequest>& call, const Limits& limits) {
  const v1::AwaitSyncRequest& request = call.request;
  const auto timeout_us = WaitMicros(request, kDefaultSyncWaitUs);
  if (!timeout_us.ok()) return timeout_us.status();
  auto target = ToTarget(request);
  if (!target.ok()) return target.status();
  SyncQuestion question{.log = request.log(),
                        .target = *std::move(target),
                        .nodes = {request.nodes().begin(), request.nodes().end()},
                        .fleet = request.fleet(),
                        .origin = request.origin(),
                        .timeout_us = *timeout_us};
  question.may_see = [caller = call.caller,
                      log = std::string(LogNameOrDefault(request.log()))](const std::string& channel) {
    return caller.CheckChannel(Access::kRead, log, channel).ok();
  };
  if (auto status = CheckSyncQuestion(question, limits); !status.ok()) return status;
  return question;
}

}  // namespace replog
