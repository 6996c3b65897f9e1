#include "server/rpc/await_sync_call.h"

#include "base/error.h"
#include "server/api/sync_answer.h"
#include "server/core/names.h"
#include "server/rpc/buffers.h"
#include "server/rpc/status_map.h"
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

AwaitSyncCall* AwaitSyncCall::Create(LogService& service, const Gate& gate,
                                     const grpc::CallbackServerContext& context,
                                     const grpc::ByteBuffer& request, grpc::ByteBuffer& response) {
  std::shared_ptr<AwaitSyncCall> call(new AwaitSyncCall(service, response));
  call->self_ = call;
  const auto granted = gate.Open<v1::AwaitSyncRequest>(context, request);
  const absl::Status status = granted.ok() ? call->Begin(*granted) : granted.status();
  if (!status.ok()) call->FinishWith(status);
  return call.get();
}

absl::Status AwaitSyncCall::Begin(const Granted<v1::AwaitSyncRequest>& granted) {
  auto question = ToQuestion(granted.request);
  if (!question.ok()) return question.status();
  question->may_see = [caller = granted.caller, log = std::string(LogNameOrDefault(granted.request.log()))](
                          const std::string& channel) {
    return caller.CheckChannel(Access::kRead, log, channel).ok();
  };
  if (auto status = CheckSyncQuestion(*question, service_.options().limits); !status.ok()) return status;
  auto call = SyncCall::Start(service_, *std::move(question),
                              [self = shared_from_this(), granted](absl::StatusOr<SyncAnswer> answer) {
                                self->FinishShowing(granted, std::move(answer));
                              });
  bool cancelled = false;
  {
    MutexLock lock(mutex_);
    cancelled = cancelled_;
    call_ = call;
  }
  if (cancelled) call->Cancel();
  return absl::OkStatus();
}

void AwaitSyncCall::OnCancel() {
  std::shared_ptr<SyncCall> call;
  {
    MutexLock lock(mutex_);
    cancelled_ = true;
    call = call_;
  }
  if (call != nullptr) call->Cancel();
}

void AwaitSyncCall::FinishShowing(const Granted<v1::AwaitSyncRequest>& granted,
                                  absl::StatusOr<SyncAnswer> answer) {
  if (answer.ok()) HideNodes(granted.caller, LogNameOrDefault(granted.request.log()), *answer);
  FinishWith(answer);
}

void AwaitSyncCall::FinishWith(const absl::StatusOr<SyncAnswer>& answer) {
  if (answer.ok()) response_ = Concatenate({}, ToAwaitSyncResponse(*answer));
  Finish(ToGrpcStatus(answer.status()));
}

}  // namespace replog
