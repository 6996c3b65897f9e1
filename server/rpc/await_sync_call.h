#pragma once

#include <grpcpp/support/server_callback.h>

#include <memory>

#include "base/mutex.h"
#include "replog/v1/replication_log.pb.h"
#include "server/core/sync_call.h"
#include "server/rpc/gate.h"

namespace replog {

// One AwaitSync call. Leaves its barrier when the client goes. Owns itself from Create to OnDone; the barrier
// may keep it a little longer.
class AwaitSyncCall final : public grpc::ServerUnaryReactor,
                            public std::enable_shared_from_this<AwaitSyncCall> {
 public:
  // `service` must outlive every call of the server, `response` the call.
  static AwaitSyncCall* Create(LogService& service, const Gate& gate,
                               const grpc::CallbackServerContext& context, const grpc::ByteBuffer& request,
                               grpc::ByteBuffer& response);

  void OnCancel() override TSA_EXCLUDES(mutex_);
  void OnDone() override { const auto last = std::move(self_); }

 private:
  AwaitSyncCall(LogService& service, grpc::ByteBuffer& response) : service_(service), response_(response) {}
  absl::Status Begin(const Granted<v1::AwaitSyncRequest>& granted) TSA_EXCLUDES(mutex_);
  void FinishWith(const absl::StatusOr<SyncAnswer>& answer);
  // Shows only the nodes that the caller may be; the outcome is of all.
  void FinishShowing(const Granted<v1::AwaitSyncRequest>& granted, absl::StatusOr<SyncAnswer> answer);

  LogService& service_;
  grpc::ByteBuffer& response_;
  std::shared_ptr<AwaitSyncCall> self_;

  Mutex mutex_;
  bool cancelled_ TSA_GUARDED_BY(mutex_) = false;
  std::shared_ptr<SyncCall> call_ TSA_GUARDED_BY(mutex_);
};

}  // namespace replog
