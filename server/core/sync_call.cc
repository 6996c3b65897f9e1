#include "server/core/sync_call.h"

#include "server/core/names.h"
#include "server/core/node_wait.h"

namespace replog {

absl::Status CheckSyncQuestion(const SyncQuestion& question, const Limits& limits) {
  if (auto status = CheckWaitedNodes(question.nodes, question.fleet); !status.ok()) return status;
  const auto* key = std::get_if<SyncKey>(&question.target);
  if (key == nullptr) return absl::OkStatus();
  if (auto status = CheckChannelName(key->channel, "key.channel", limits); !status.ok()) return status;
  return CheckKey(key->key, "key.key", limits);
}

std::shared_ptr<SyncCall> SyncCall::Start(LogService& service, SyncQuestion question, Done done) {
  std::shared_ptr<SyncCall> call(new SyncCall(service, std::move(done)));
  const auto log = service.logs().Find(question.log);
  if (!log.ok()) {
    call->Finish(log.status());
    return call;
  }
  SyncBarriers::Request request{.log = *log,
                                .nodes = std::move(question.nodes),
                                .fleet = std::move(question.fleet),
                                .origin = std::move(question.origin),
                                .timeout_us = question.timeout_us};
  service.blocking().Post([call, target = std::move(question.target), request = std::move(request)] {
    call->Find(target, request);
  });
  return call;
}

void SyncCall::Find(const SyncTarget& target, SyncBarriers::Request request) {
  const auto found = FindSyncTarget(target, *request.log, service_.store());
  if (!found.ok()) return Finish(found.status());
  request.target = found->sequence;
  request.channel = found->channel;
  Await(request);
}

void SyncCall::Await(const SyncBarriers::Request& request) {
  const auto barrier = service_.barriers().Await(
      request,
      [self = shared_from_this()](absl::StatusOr<SyncAnswer> answer) { self->Finish(std::move(answer)); });
  bool cancelled = false;
  {
    MutexLock lock(mutex_);
    barrier_ = barrier;
    cancelled = cancelled_;
  }
  if (cancelled) service_.barriers().Cancel(barrier);
}

void SyncCall::Finish(absl::StatusOr<SyncAnswer> answer) {
  // What it holds may hold this call.
  Done done = std::move(done_);
  done(std::move(answer));
}

void SyncCall::Cancel() {
  std::optional<SyncBarriers::Id> barrier;
  {
    MutexLock lock(mutex_);
    cancelled_ = true;
    barrier = barrier_;
  }
  if (barrier) service_.barriers().Cancel(*barrier);
}

}  // namespace replog
