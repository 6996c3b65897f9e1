#pragma once

#include <grpcpp/support/server_callback.h>

#include <memory>

#include "replog/v1/log_admin.pb.h"
#include "server/core/log_service.h"
#include "server/rpc/gate.h"

namespace replog {

// One Verify call: the check runs on a thread that may block and leaves its progress here; what is newest is
// sent when the transport is free. Owns itself from Create to OnDone, and is kept alive by the check.
class VerifyStream final : public grpc::ServerWriteReactor<grpc::ByteBuffer>,
                           public std::enable_shared_from_this<VerifyStream> {
 public:
  // `checks` runs one check at a time, apart from the readers' threads.
  static VerifyStream* Create(LogService& service, const Gate& gate,
                              const grpc::CallbackServerContext& context, Executor& checks,
                              const grpc::ByteBuffer& request);

  void OnWriteDone(bool ok) override TSA_EXCLUDES(mutex_);
  void OnCancel() override TSA_EXCLUDES(mutex_);
  void OnDone() override { const auto last = std::move(self_); }

 private:
  // `gate` must outlive it.
  VerifyStream(const Gate& gate, absl::StatusOr<Granted<v1::VerifyRequest>> call)
      : gate_(gate), call_(std::move(call)) {}
  void Run(LogService& service, Log& log) TSA_EXCLUDES(mutex_);
  // What is wrong; a channel is named only to those who may read it.
  std::string Describe(const VerifyProblem& problem) const;
  // False when the client is gone.
  bool Report(const VerifyProgress& progress) TSA_EXCLUDES(mutex_);
  void End(const absl::Status& status) TSA_EXCLUDES(mutex_);
  void Pump() TSA_REQUIRES(mutex_);

  const Gate& gate_;
  const absl::StatusOr<Granted<v1::VerifyRequest>> call_;
  std::shared_ptr<VerifyStream> self_;
  grpc::ByteBuffer outgoing_;  // gRPC's while writing_
  Mutex mutex_;
  v1::VerifyResponse newest_ TSA_GUARDED_BY(mutex_);
  bool unsent_ TSA_GUARDED_BY(mutex_) = false;
  bool writing_ TSA_GUARDED_BY(mutex_) = false;
  bool cancelled_ TSA_GUARDED_BY(mutex_) = false;
  bool ended_ TSA_GUARDED_BY(mutex_) = false;
  bool finished_ TSA_GUARDED_BY(mutex_) = false;
  absl::Status status_ TSA_GUARDED_BY(mutex_);
};

}  // namespace replog
