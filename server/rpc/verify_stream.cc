#include "server/rpc/verify_stream.h"

#include "server/rpc/buffers.h"
#include "server/rpc/status_map.h"

namespace replog {

VerifyStream* VerifyStream::Create(LogService& service, Executor& checks, const grpc::ByteBuffer& encoded) {
  std::shared_ptr<VerifyStream> stream(new VerifyStream());
  stream->self_ = stream;
  v1::VerifyRequest request;
  if (auto status = Parse(encoded, request); !status.ok()) {
    stream->End(status);
    return stream.get();
  }
  auto log = service.logs().Find(request.log());
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
    listed->set_description(problem.description);
  }
  MutexLock lock(mutex_);
  newest_ = std::move(response);
  unsent_ = true;
  Pump();
  return !cancelled_;
}

void VerifyStream::End(const absl::Status& status) {
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
