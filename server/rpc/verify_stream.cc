#include "server/rpc/verify_stream.h"

#include "absl/strings/str_cat.h"
#include "server/core/names.h"
#include "server/rpc/buffers.h"
#include "server/rpc/status_map.h"

namespace replog {

VerifyStream* VerifyStream::Create(LogService& service, const Gate& gate,
                                   const grpc::CallbackServerContext& context, Executor& checks,
                                   const grpc::ByteBuffer& encoded) {
  std::shared_ptr<VerifyStream> stream(
      new VerifyStream(gate, gate.Open<v1::VerifyRequest>(context, encoded)));
  stream->self_ = stream;
  if (!stream->call_.ok()) {
    stream->End(stream->call_.status());
    return stream.get();
  }
  auto log = service.logs().Find(stream->call_->request.log());
  if (!log.ok()) {
    stream->End(log.status());
  } else {
    checks.Post([stream, &service, log = *log] { stream->Run(service, *log); });
  }
  return stream.get();
}

void VerifyStream::Run(LogService& service, Log& log) {
  End(service.store().Verify(log.number(), log.tail().first_kept(), log.tail().committed_end(),
                             [this](const VerifyProgress& progress) { return Report(progress); }));
}

std::string VerifyStream::Describe(const VerifyProblem& problem) const {
  const std::string_view log = LogNameOrDefault(call_->request.log());
  const bool shown =
      !problem.channel.empty() && call_->caller.CheckChannel(Access::kRead, log, problem.channel).ok();
  return shown ? absl::StrCat(problem.description, " ", problem.channel) : problem.description;
}

bool VerifyStream::Report(const VerifyProgress& progress) {
  v1::VerifyResponse response;
  response.set_chunks(progress.chunks);
  response.set_records(progress.records);
  response.set_bytes(progress.bytes);
  response.set_problem_count(progress.problem_count);
  response.set_done(progress.done);
  response.set_first_sequence(progress.first);
  response.set_end_sequence(progress.end);
  for (const VerifyProblem& problem : progress.problems) {
    auto* listed = response.add_problems();
    listed->set_first_sequence(problem.first);
    listed->set_end_sequence(problem.end);
    listed->set_description(Describe(problem));
  }
  MutexLock lock(mutex_);
  newest_ = std::move(response);
  unsent_ = true;
  Pump();
  return !cancelled_;
}

void VerifyStream::End(const absl::Status& status) {
  if (call_.ok()) gate_.Note(*call_, status);
  MutexLock lock(mutex_);
  ended_ = true;
  status_ = status;
  Pump();
}

void VerifyStream::Pump() {
  if (writing_ || finished_) return;
  if (unsent_ && !cancelled_) {
    unsent_ = false;
    outgoing_ = Concatenate({}, newest_);
    writing_ = true;
    return StartWrite(&outgoing_);
  }
  if (!ended_ && !cancelled_) return;
  finished_ = true;
  Finish(ToGrpcStatus(status_));
}

void VerifyStream::OnWriteDone(bool ok) {
  MutexLock lock(mutex_);
  writing_ = false;
  cancelled_ |= !ok;
  Pump();
}

void VerifyStream::OnCancel() {
  MutexLock lock(mutex_);
  cancelled_ = true;
  Pump();
}

}  // namespace replog
