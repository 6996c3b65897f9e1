#pragma once

#include <cstdint>
#include <deque>
#include <memory>
#include <thread>
#include <vector>

#include "base/mutex.h"
#include "client/internal/append_stream.h"
#include "client/internal/send_queue.h"
#include "client/internal/transport.h"
#include "client/producer.h"

namespace replog::client::internal {

// What is behind a Producer: the queue of what was taken, the stream it goes out on, and the batches on their
// way.
//
// A thread of its own connects, connects again after a break, and minds the linger; when a stream is up,
// batches go out from the thread that appends or that gets an answer. Outcomes are delivered by one thread at
// a time: by the stream's while there is one, by the own thread between streams.
class ProducerCore final : public AppendStream::Owner, public std::enable_shared_from_this<ProducerCore> {
 public:
  ProducerCore(std::shared_ptr<Transport> transport, ProducerOptions options);

  // Before anything else.
  void Start();
  // After it nothing else may be called. Sends what was taken and waits for all outcomes.
  void Close();

  // `wait`: for room in the window. See Producer.
  Status Append(const NewRecord& record, Producer::Callback callback, bool wait) TSA_EXCLUDES(mutex_);
  Status Flush() TSA_EXCLUDES(mutex_);

 private:
  void OnAnswer(const v1::AppendStreamResponse& answer) override TSA_EXCLUDES(mutex_);
  void OnWritten() override;
  void OnDetached() override TSA_EXCLUDES(mutex_);
  void OnClosed(const Status& status) override TSA_EXCLUDES(mutex_);

  // Room for `size` more bytes; a record larger than the window gets in when nothing else is there.
  bool HasRoom(size_t size) const TSA_REQUIRES(mutex_);
  // A request to write, on the stream that was reserved for it.
  struct Outgoing {
    AppendStream* stream = nullptr;
    std::string request;
  };
  // Takes the batch that is due, if there is one and the stream is free for it.
  Outgoing TakeDue(std::chrono::steady_clock::time_point now) TSA_REQUIRES(mutex_);
  static void Write(Outgoing outgoing);
  void SendDue() TSA_EXCLUDES(mutex_);
  // Zero when there is no linger: the time then does not matter.
  std::chrono::steady_clock::time_point Now() const;

  // When closing: says on the stream that no more follows, once its last write is over.
  void CloseWrites() TSA_EXCLUDES(mutex_);

  // The own thread.
  void Run() TSA_EXCLUDES(mutex_);
  // Until there is a stream, or until time or the application ended the attempt.
  void Connect() TSA_EXCLUDES(mutex_);
  void WaitForWork() TSA_REQUIRES(mutex_);

  // Gives each record of `batch` its outcome, calls back, and frees its room.
  void Deliver(Batch batch, BatchOutcome outcome) TSA_EXCLUDES(mutex_);
  // Refuses what was not sent.
  void RefuseQueue(const Status& why) TSA_EXCLUDES(mutex_);
  // With stop_at_failure: once everything sent has its outcome, refuses the rest.
  void RefuseAfterFailure() TSA_EXCLUDES(mutex_);

  std::shared_ptr<Transport> transport_;  // until Close, which returns it to the closing thread
  const ProducerOptions options_;
  std::thread thread_;

  Mutex mutex_;
  CondVar room_;  // a part of the window was freed, or the producer stopped
  CondVar work_;  // for the own thread
  CondVar done_;  // outcomes were delivered, or the stream closed
  SendQueue queue_ TSA_GUARDED_BY(mutex_);
  std::deque<Batch> unanswered_ TSA_GUARDED_BY(mutex_);
  AppendStream* stream_ TSA_GUARDED_BY(mutex_) = nullptr;
  bool stream_open_ TSA_GUARDED_BY(mutex_) = false;  // from its start until OnClosed is over
  uint64_t window_used_ TSA_GUARDED_BY(mutex_) = 0;
  uint64_t completed_ TSA_GUARDED_BY(mutex_) = 0;
  std::thread::id delivering_ TSA_GUARDED_BY(mutex_);
  Status stopped_ TSA_GUARDED_BY(mutex_);        // what the failure was, with stop_at_failure
  Status first_failure_ TSA_GUARDED_BY(mutex_);  // since the last Flush
  Backoff backoff_ TSA_GUARDED_BY(mutex_);
  std::chrono::steady_clock::time_point retry_at_ TSA_GUARDED_BY(mutex_);
  bool closing_ TSA_GUARDED_BY(mutex_) = false;
};

}  // namespace replog::client::internal
