#include "server/core/sync_call.h"

#include "base/error.h"
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
  service.blocking().Post([call, question = std::move(question), request = std::move(request)] {
    call->Find(question, request);
  });
  return call;
}

void SyncCall::Find(const SyncQuestion& question, SyncBarriers::Request request) {
  const auto found = FindSyncTarget(question.target, *request.log, service_.store());
  if (!found.ok()) return Finish(found.status());
  if (question.may_see && found->channel && !question.may_see(*found->channel)) {
    return Finish(MakeError(Reason::kPermissionDenied,
                            "sequence: there is no grant to read the channel of this record",
                            {{"field", "sequence"}, {"log", request.log->name()}}));
  }
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
