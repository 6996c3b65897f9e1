#pragma once

#include <grpcpp/support/server_callback.h>

#include <atomic>
#include <memory>

#include "server/rpc/gate.h"
#include "server/rpc/status_map.h"

namespace replog {

// A unary call that may wait for long, and takes no thread for it. It ends with its answer, or with
// GRANT_REVOKED when what it needs is taken away from its caller, whichever comes first. Owns itself from
// Start to OnDone; what it waits for may keep it a little longer. Thread-safe.
template <typename Request>
class WaitingCall : public grpc::ServerUnaryReactor,
                    public std::enable_shared_from_this<WaitingCall<Request>> {
 public:
  // Begins what the caller may ask for. To be called once.
  static WaitingCall* Start(const std::shared_ptr<WaitingCall>& call);

  void OnCancel() override {
    if (begun_) Leave();
  }
  void OnDone() override;

 protected:
  // `gate` must outlive every call of the server, `response` the call.
  WaitingCall(const Gate& gate, const grpc::CallbackServerContext& context, const grpc::ByteBuffer& request,
              grpc::ByteBuffer& response)
      : gate_(gate), call_(gate.Open<Request>(context, request)), response_(response) {}
  // Asks what there is to ask, and calls End once; or an error.
  virtual absl::Status Begin() = 0;
  // Nobody waits for the answer any more. Called once Begin was well, also when the answer was given already.
  virtual void Leave() = 0;
  // Only the first end counts.
  template <typename Response>
  void End(const absl::StatusOr<Response>& answer);
  // Of Begin, and after it.
  const Granted<Request>& call() const { return *call_; }

 private:
  bool IsFirstEnd() { return !ended_.exchange(true); }
  void EndWith(const absl::Status& status);

  const Gate& gate_;
  const absl::StatusOr<Granted<Request>> call_;
  grpc::ByteBuffer& response_;
  std::shared_ptr<WaitingCall> self_;
  bool begun_ = false;  // set before gRPC knows the call, so before it can be cancelled
  std::unique_ptr<AccessControl::Watch> watch_;
  std::atomic<bool> ended_{false};
};

template <typename Request>
WaitingCall<Request>* WaitingCall<Request>::Start(const std::shared_ptr<WaitingCall>& call) {
  call->self_ = call;
  const absl::Status status = call->call_.ok() ? call->Begin() : call->call_.status();
  if (!status.ok()) {
    call->EndWith(status);
    return call.get();
  }
  call->begun_ = true;
  // After Begin, so that there is something to leave.
  call->watch_ =
      call->gate_.Watch(call->call(), [weak = call->weak_from_this()](const absl::Status& revoked) {
        const auto open = weak.lock();
        if (open == nullptr || !open->IsFirstEnd()) return;
        open->EndWith(revoked);
        open->Leave();
      });
  return call.get();
}

template <typename Request>
void WaitingCall<Request>::OnDone() {
  watch_.reset();
  const auto last = std::move(self_);  // may delete this, when it goes out of scope
}

template <typename Request>
template <typename Response>
void WaitingCall<Request>::End(const absl::StatusOr<Response>& answer) {
  if (!IsFirstEnd()) return;
  if (answer.ok()) response_ = Concatenate({}, *answer);
  EndWith(answer.status());
}

template <typename Request>
void WaitingCall<Request>::EndWith(const absl::Status& status) {
  if (call_.ok()) gate_.Note(*call_, status);
  Finish(ToGrpcStatus(status));
}

}  // namespace replog
