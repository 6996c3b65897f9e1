#pragma once

#include <grpcpp/grpcpp.h>

#include <atomic>

#include "base/mutex.h"
#include "replog/v1/replication_log.grpc.pb.h"

namespace replog::bench {

// Waits for streams to have begun, and to have ended. Thread-safe.
class StreamCounter {
 public:
  explicit StreamCounter(size_t streams) : streams_(streams) {}

  void Begun() TSA_EXCLUDES(mutex_);
  void Ended(const grpc::Status& status) TSA_EXCLUDES(mutex_);

  // False when a stream ended before all had begun; `why` then says why.
  bool WaitAllBegun(grpc::Status& why) TSA_EXCLUDES(mutex_);
  void WaitAllEnded() TSA_EXCLUDES(mutex_);
  size_t ended() const TSA_EXCLUDES(mutex_);

 private:
  const size_t streams_;
  mutable Mutex mutex_;
  CondVar changed_;
  size_t begun_ TSA_GUARDED_BY(mutex_) = 0;
  size_t ended_ TSA_GUARDED_BY(mutex_) = 0;
  grpc::Status last_end_ TSA_GUARDED_BY(mutex_);
};

// One subscription that only exists: it reads every frame and forgets it or, stalled, reads one frame and
// then no more. Must live until it has told the counter that it ended.
class HeldStream final : public grpc::ClientReadReactor<v1::SubscribeResponse> {
 public:
  HeldStream(v1::ReplicationLog::Stub& stub, const std::string& log, bool stalled, StreamCounter& counter);
  // Ends it soon. Once at most.
  void Cancel();

  void OnReadDone(bool ok) override;
  void OnDone(const grpc::Status& status) override { counter_.Ended(status); }

 private:
  void LetGo();

  const bool stalled_;
  StreamCounter& counter_;
  grpc::ClientContext context_;
  v1::SubscribeRequest request_;
  v1::SubscribeResponse response_;
  bool begun_ = false;
  // Whether it is kept from being done, as a stalled stream, which has no read under way, must be.
  std::atomic<bool> held_{true};
};

}  // namespace replog::bench
