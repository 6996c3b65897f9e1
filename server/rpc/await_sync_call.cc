#include "server/rpc/await_sync_call.h"

#include "base/error.h"
#include "server/core/names.h"
#include "server/core/sync_target.h"
#include "server/rpc/buffers.h"
#include "server/rpc/node_wait.h"
#include "server/rpc/status_map.h"

namespace replog {
namespace {

constexpr int64_t kDefaultTimeoutUs = 1'000'000;

absl::StatusOr<SyncTarget> ToTarget(const v1::AwaitSyncRequest& request, const Limits& limits) {
  switch (request.target_case()) {
    case v1::AwaitSyncRequest::kSequence:
      return SyncTarget(request.sequence());
    case v1::AwaitSyncRequest::kKey: {
      const auto& key = request.key();
      if (auto status = CheckChannelName(key.channel(), "key.channel", limits); !status.ok()) return status;
      if (auto status = CheckKey(key.key(), "key.key", limits); !status.ok()) return status;
      return SyncTarget(SyncKey{key.channel(), key.key()});
    }
    case v1::AwaitSyncRequest::TARGET_NOT_SET:
      break;
  }
  return MakeError(Reason::kInvalidField, "sequence: or `key` is required", {{"field", "sequence"}});
}

v1::AwaitSyncResponse::Outcome ToOutcome(SyncOutcome outcome) {
  switch (outcome) {
    case SyncOutcome::kSynced:
      return v1::AwaitSyncResponse::SYNCED;
    case SyncOutcome::kPartiallySynced:
      return v1::AwaitSyncResponse::PARTIALLY_SYNCED;
    case SyncOutcome::kNotSynced:
      return v1::AwaitSyncResponse::NOT_SYNCED;
    case SyncOutcome::kTimeout:
      break;
  }
  return v1::AwaitSyncResponse::TIMEOUT;
}

v1::AwaitSyncResponse ToResponse(const SyncAnswer& answer) {
  v1::AwaitSyncResponse response;
  response.set_outcome(ToOutcome(answer.outcome));
  response.set_sequence(answer.target);
  for (const NodeSync& node : answer.nodes) {
    auto& out = *response.add_nodes();
    out.set_node(node.node);
    out.set_synced(node.synced);
    out.set_connected(node.connected);
    if (node.applied) out.set_applied(*node.applied);
    out.set_lag(node.lag);
  }
  return response;
}

}  // namespace

AwaitSyncCall* AwaitSyncCall::Create(LogService& service, const grpc::ByteBuffer& request,
                                     grpc::ByteBuffer& response) {
  std::shared_ptr<AwaitSyncCall> call(new AwaitSyncCall(service, response));
  call->self_ = call;
  if (const auto status = call->Begin(request); !status.ok()) call->FinishWith(status);
  return call.get();
}

absl::Status AwaitSyncCall::Begin(const grpc::ByteBuffer& encoded) {
  v1::AwaitSyncRequest message;
  if (auto status = Parse(encoded, message); !status.ok()) return status;
  if (auto status = CheckWaitedNodes(message); !status.ok()) return status;
  const auto timeout_us = WaitMicros(message, kDefaultTimeoutUs);
  if (!timeout_us.ok()) return timeout_us.status();
  const auto target = ToTarget(message, service_.options().limits);
  if (!target.ok()) return target.status();
  const auto log = service_.logs().Find(message.log());
  if (!log.ok()) return log.status();
  SyncBarriers::Request request{.log = *log,
                                .nodes = {message.nodes().begin(), message.nodes().end()},
                                .fleet = message.fleet(),
                                .origin = message.origin(),
                                .timeout_us = *timeout_us};
  service_.blocking().Post([self = shared_from_this(), request = std::move(request), target = *target] {
    const auto found = FindSyncTarget(target, *request.log, self->service_.store());
    if (!found.ok()) return self->FinishWith(found.status());
    auto wanted = request;
    wanted.target = found->sequence;
    wanted.channel = found->channel;
    self->Await(wanted);
  });
  return absl::OkStatus();
}

void AwaitSyncCall::Await(const SyncBarriers::Request& request) {
  const auto barrier = service_.barriers().Await(
      request,
      [self = shared_from_this()](const absl::StatusOr<SyncAnswer>& answer) { self->FinishWith(answer); });
  bool cancelled = false;
  {
    MutexLock lock(mutex_);
    barrier_ = barrier;
    cancelled = cancelled_;
  }
  if (cancelled) service_.barriers().Cancel(barrier);
}

void AwaitSyncCall::OnCancel() {
  std::optional<SyncBarriers::Id> barrier;
  {
    MutexLock lock(mutex_);
    cancelled_ = true;
    barrier = barrier_;
  }
  if (barrier) service_.barriers().Cancel(*barrier);
}

void AwaitSyncCall::FinishWith(const absl::StatusOr<SyncAnswer>& answer) {
  if (answer.ok()) response_ = Concatenate({}, ToResponse(*answer));
  Finish(ToGrpcStatus(answer.status()));
}

}  // namespace replog
