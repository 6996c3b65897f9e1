#pragma once

#include <grpcpp/support/server_callback.h>

#include <chrono>
#include <memory>
#include <optional>

#include "base/error.h"
#include "base/mutex.h"
#include "server/rpc/gate.h"
#include "server/rpc/status_map.h"

namespace replog {

// A call whose work takes long, on a thread that may block, and tells of itself on the call's stream. The
// work is to stop when the client goes, and when what the call needs is taken away from its caller: then the
// call ends with GRANT_REVOKED, as soon as no message is in flight. It counts as one of the caller's streams.
// Owns itself from Start to OnDone, and is kept alive by the work. Thread-safe.
template <typename Request>
class WorkStream : public grpc::ServerWriteReactor<grpc::ByteBuffer>,
                   public std::enable_shared_from_this<WorkStream<Request>> {
 public:
  // Begins what the caller may ask for. To be called once.
  static WorkStream* Start(const std::shared_ptr<WorkStream>& stream);

  void OnWriteDone(bool ok) override TSA_EXCLUDES(mutex_);
  void OnCancel() override { Stop(MakeError(Reason::kCancelled, "the client is gone")); }
  void OnDone() override;

 protected:
  // `gate` must outlive every call of the server.
  WorkStream(const Gate& gate, const grpc::CallbackServerContext& context, const grpc::ByteBuffer& request)
      : gate_(gate), call_(gate.Open<Request>(context, request)) {}
  // Has the work begin, which calls End once; or an error.
  virtual absl::Status Begin() = 0;
  // Why the work is to stop; OK: it is not.
  absl::Status MayGoOn() TSA_EXCLUDES(mutex_);
  // Sends the message when the transport is free, instead of one that still waits for that.
  void Put(const google::protobuf::MessageLite& message) TSA_EXCLUDES(mutex_);
  // True when the transport has taken all that was put, or the work is to stop; false after `patience`.
  bool AwaitTaken(std::chrono::milliseconds patience) TSA_EXCLUDES(mutex_);
  void End(const absl::Status& status) TSA_EXCLUDES(mutex_);
  // Of Begin, and after it.
  const Granted<Request>& call() const { return *call_; }

 private:
  // Takes one of the caller's streams. TOO_MANY_STREAMS.
  absl::Status TakeSlot() TSA_EXCLUDES(mutex_);
  void Stop(const absl::Status& why) TSA_EXCLUDES(mutex_);
  // Starts whatever can be started. With a write under way the end comes behind it: to finish then is not
  // allowed.
  void Pump() TSA_REQUIRES(mutex_);

  const Gate& gate_;
  const absl::StatusOr<Granted<Request>> call_;
  std::shared_ptr<WorkStream> self_;
  std::unique_ptr<AccessControl::Watch> watch_;
  grpc::ByteBuffer outgoing_;  // gRPC's while writing_

  Mutex mutex_;
  CondVar changed_;
  StreamSlot slot_ TSA_GUARDED_BY(mutex_);
  std::optional<grpc::ByteBuffer> next_ TSA_GUARDED_BY(mutex_);
  bool writing_ TSA_GUARDED_BY(mutex_) = false;
  bool finished_ TSA_GUARDED_BY(mutex_) = false;
  absl::Status stop_ TSA_GUARDED_BY(mutex_);                // why the work is to stop, if it is
  std::optional<absl::Status> end_ TSA_GUARDED_BY(mutex_);  // how the work has ended, once it has
};

template <typename Request>
WorkStream<Request>* WorkStream<Request>::Start(const std::shared_ptr<WorkStream>& stream) {
  stream->self_ = stream;
  absl::Status status = stream->call_.status();
  if (status.ok()) status = stream->TakeSlot();
  if (status.ok()) status = stream->Begin();
  if (!status.ok()) {
    stream->End(status);
    return stream.get();
  }
  stream->watch_ =
      stream->gate_.Watch(stream->call(), [weak = stream->weak_from_this()](const absl::Status& revoked) {
        if (const auto open = weak.lock()) open->Stop(revoked);
      });
  return stream.get();
}

template <typename Request>
absl::Status WorkStream<Request>::TakeSlot() {
  auto slot = call_->caller.OpenStream();
  if (!slot.ok()) return slot.status();
  MutexLock lock(mutex_);
  slot_ = *std::move(slot);
  return absl::OkStatus();
}

template <typename Request>
absl::Status WorkStream<Request>::MayGoOn() {
  MutexLock lock(mutex_);
  return stop_;
}

template <typename Request>
void WorkStream<Request>::Put(const google::protobuf::MessageLite& message) {
  MutexLock lock(mutex_);
  next_ = Concatenate({}, message);
  Pump();
}

template <typename Request>
bool WorkStream<Request>::AwaitTaken(std::chrono::milliseconds patience) {
  MutexLock lock(mutex_);
  while (stop_.ok() && (writing_ || next_.has_value())) {
    if (!changed_.WaitFor(mutex_, patience)) return false;
  }
  return true;
}

template <typename Request>
void WorkStream<Request>::Stop(const absl::Status& why) {
  MutexLock lock(mutex_);
  // Work that has ended has been noted so; its last message still goes out.
  if (!end_.has_value()) stop_.Update(why);
  changed_.NotifyAll();
  Pump();
}

template <typename Request>
void WorkStream<Request>::End(const absl::Status& status) {
  MutexLock lock(mutex_);
  end_ = stop_.ok() ? status : stop_;
  if (call_.ok()) gate_.Note(*call_, *end_);
  Pump();
}

template <typename Request>
void WorkStream<Request>::Pump() {
  if (writing_ || finished_) return;
  if (next_.has_value() && stop_.ok()) {
    outgoing_ = *std::move(next_);
    next_.reset();
    writing_ = true;
    return this->StartWrite(&outgoing_);
  }
  if (!end_.has_value() && stop_.ok()) return;
  finished_ = true;
  slot_ = StreamSlot();
  this->Finish(ToGrpcStatus(stop_.ok() ? *end_ : stop_));
}

template <typename Request>
void WorkStream<Request>::OnWriteDone(bool ok) {
  if (!ok) OnCancel();
  MutexLock lock(mutex_);
  writing_ = false;
  changed_.NotifyAll();
  Pump();
}

template <typename Request>
void WorkStream<Request>::OnDone() {
  watch_.reset();
  const auto last = std::move(self_);  // may delete this, when it goes out of scope
}

}  // namespace replog
