#pragma once

#include <grpcpp/support/byte_buffer.h>

#include <atomic>
#include <chrono>
#include <memory>
#include <optional>
#include <thread>

#include "base/mutex.h"
#include "client/backoff.h"
#include "client/internal/acknowledger.h"
#include "client/internal/resume_point.h"
#include "client/internal/serial_worker.h"
#include "client/internal/subscribe_stream.h"
#include "client/internal/transport.h"
#include "client/subscription.h"

namespace replog::client::internal {

// What is behind a Subscription: one stream after another until the end.
//
//   Attempt ── frames ──> HandleFrame … ── broken ──> HandleClosed ── delay ──> Attempt …
//                                                          └── over, cancelled ──> End ──> Finish
//
// These steps never overlap. They run on gRPC's threads, or with DeliveryThread::kOwn on the worker, which
// takes them in order; frames then queue, and reading stops at kMaxQueuedFrames.
class SubscriptionCore final : public SubscribeStream::Owner,
                               public std::enable_shared_from_this<SubscriptionCore> {
 public:
  SubscriptionCore(std::shared_ptr<Transport> transport, SubscriptionOptions options);

  void Start() { Attempt(); }
  void Cancel() TSA_EXCLUDES(mutex_);
  Status Wait() TSA_EXCLUDES(mutex_);
  // Whether the calling thread is in a callback of this subscription.
  bool InCallback() TSA_EXCLUDES(mutex_);
  std::optional<Position> position() TSA_EXCLUDES(mutex_);
  uint64_t reconnects() TSA_EXCLUDES(mutex_);
  // With DeliveryThread::kOwn: runs a function as a callback, after those of the frames that are queued.
  void PostInTurn(std::function<void()> run) TSA_EXCLUDES(mutex_);
  Status Acknowledge(uint64_t next_sequence);
  std::optional<uint64_t> cursor();
  Status acknowledge_status();

 private:
  using Clock = std::chrono::steady_clock;
  // One that is delivered, and one that waits.
  static constexpr int kMaxQueuedFrames = 2;

  bool OnFrame(const grpc::ByteBuffer& frame) override TSA_EXCLUDES(mutex_);
  void OnDetached() override TSA_EXCLUDES(mutex_);
  void OnClosed(const Status& status) override TSA_EXCLUDES(mutex_);

  // Hands a frame to the worker; whether to read on.
  bool Enqueue(const grpc::ByteBuffer& frame) TSA_EXCLUDES(mutex_);
  void Attempt() TSA_EXCLUDES(mutex_);
  void HandleFrame(grpc::ByteBuffer frame) TSA_EXCLUDES(mutex_);
  void HandleClosed(const Status& status) TSA_EXCLUDES(mutex_);
  void Retry(const Status& why) TSA_EXCLUDES(mutex_);
  // False when the subscription was cancelled: then there is no next attempt.
  bool ScheduleAttempt(std::chrono::milliseconds delay) TSA_EXCLUDES(mutex_);
  // The last acknowledgement, and then the last callback.
  void End(const Status& status);
  void Finish(const Status& status) TSA_EXCLUDES(mutex_);

  void Deliver(std::string_view frame) TSA_EXCLUDES(mutex_);
  // A frame was delivered; what there is to be acknowledged of it. `passed_over`: nothing but that its reader
  // is caught up again.
  void NoteApplied(const FrameTrailer& trailer, bool passed_over);
  void NotePosition() TSA_REQUIRES(mutex_);
  // The server broke the contract: the stream ends, and the subscription with it.
  void Violation(const char* what) TSA_EXCLUDES(mutex_);
  void FrameHandled() TSA_EXCLUDES(mutex_);
  // Ends the stream `attempt` when it has been silent for too long.
  void Watch(uint64_t attempt) TSA_EXCLUDES(mutex_);
  void ScheduleWatch(Clock::time_point when, uint64_t attempt) TSA_REQUIRES(mutex_);

  const SubscriptionOptions options_;
  ResumePoint resume_;                                // touched only by the steps, which never overlap
  Backoff backoff_;                                   // the same
  bool caught_up_ = false;                            // the same: as the last frame said
  const std::shared_ptr<Acknowledger> acknowledger_;  // of a node
  std::atomic<bool> cancelled_ = false;

  Mutex mutex_;
  CondVar done_;
  // Until the end, which gives it back; used only under the lock, so that the end cannot overtake a use.
  std::shared_ptr<Transport> transport_ TSA_GUARDED_BY(mutex_);
  SubscribeStream* stream_ TSA_GUARDED_BY(mutex_) = nullptr;
  Channel channel_ TSA_GUARDED_BY(mutex_);
  uint64_t attempts_ TSA_GUARDED_BY(mutex_) = 0;
  int queued_frames_ TSA_GUARDED_BY(mutex_) = 0;
  bool reading_ TSA_GUARDED_BY(mutex_) = false;  // a read is under way, since:
  Clock::time_point reading_since_ TSA_GUARDED_BY(mutex_);
  Clock::time_point last_heard_ TSA_GUARDED_BY(mutex_) = Clock::now();
  bool silent_ TSA_GUARDED_BY(mutex_) = false;            // the watchdog ended the stream
  bool between_attempts_ TSA_GUARDED_BY(mutex_) = false;  // the delay before the next one runs
  Status violation_ TSA_GUARDED_BY(mutex_);
  std::optional<Position> position_ TSA_GUARDED_BY(mutex_);
  std::thread::id in_callback_ TSA_GUARDED_BY(mutex_);
  std::optional<Status> end_ TSA_GUARDED_BY(mutex_);

  std::optional<SerialWorker> worker_;  // with DeliveryThread::kOwn; last, so that it stops first
};

}  // namespace replog::client::internal
