#pragma once

#include <cstdint>
#include <deque>
#include <memory>
#include <optional>
#include <thread>
#include <vector>

#include "base/mutex.h"
#include "client/internal/append_stream.h"
#include "client/internal/batch_sequencer.h"
#include "client/internal/producer_registration.h"
#include "client/internal/send_queue.h"
#include "client/internal/transport.h"
#include "client/producer.h"

namespace replog::client::internal {

// What is behind a Producer: the queue of what was taken, the stream it goes out on, and the batches on their
// way.
//
// A thread of its own connects, registers, connects again after a break, and minds the linger; when a stream
// is up, batches go out from the thread that appends or that gets an answer. Outcomes are delivered by one
// thread at a time: by the stream's while something is unanswered on it, else by the own thread.
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
  Result<uint64_t> NextNumber() TSA_EXCLUDES(mutex_);

 private:
  using TimePoint = std::chrono::steady_clock::time_point;

  void OnAnswer(const v1::AppendStreamResponse& answer) override TSA_EXCLUDES(mutex_);
  void OnWritten() override;
  void OnDetached() override TSA_EXCLUDES(mutex_);
  void OnClosed(const Status& status) override TSA_EXCLUDES(mutex_);

  // Room for `size` more bytes; a record larger than the window gets in when nothing else is there.
  bool HasRoom(size_t size) const TSA_REQUIRES(mutex_);
  // A request to write, on the stream that was reserved for it.
  struct Outgoing {
    AppendStream* stream = nullptr;
    std::shared_ptr<const std::string> request;
    std::string stamp;
  };
  // Takes the batch that is due, if there is one and the stream is free for it.
  Outgoing TakeDue(TimePoint now) TSA_REQUIRES(mutex_);
  static void Write(Outgoing outgoing);
  void SendDue() TSA_EXCLUDES(mutex_);
  // Zero when there is no linger: the time then does not matter.
  TimePoint Now() const;

  // When closing: says on the stream that no more follows, once its last write is over.
  void CloseWrites() TSA_EXCLUDES(mutex_);

  // The own thread.
  void Run() TSA_EXCLUDES(mutex_);
  // One attempt, after the time that the last one said to wait for.
  void Connect() TSA_EXCLUDES(mutex_);
  void Register(bool renew) TSA_EXCLUDES(mutex_);
  void OnRegistrationRefused(const Status& why) TSA_EXCLUDES(mutex_);
  // Whether the producer has to be registered, now that there is something to send or that somebody asks.
  bool MustRegister() const TSA_REQUIRES(mutex_);
  void WaitForWork() TSA_REQUIRES(mutex_);
  // False when the producer closes before.
  bool WaitForRetry() TSA_REQUIRES(mutex_);

  // Something does not work, why: when that has lasted too long, all that has no outcome gets one.
  void OnTrouble(const Status& why) TSA_EXCLUDES(mutex_);
  // Gives all that was taken an outcome. `why`: for what is not in the log; nobody knows of what was sent and
  // not answered, unless it was `refused`.
  void GiveUp(const Status& why, bool refused) TSA_EXCLUDES(mutex_);
  // The same for what was sent and not answered, alone.
  void GiveUpSent(const Status& why) TSA_EXCLUDES(mutex_);
  // Another has the name: nothing is sent any more.
  void EndFenced(const Status& why) TSA_EXCLUDES(mutex_);

  // Gives each record of `batch` its outcome, calls back, and frees its room.
  void Deliver(Batch batch, BatchOutcome outcome) TSA_EXCLUDES(mutex_);
  // With stop_at_failure: once everything sent has its outcome, refuses the rest.
  void RefuseAfterFailure() TSA_EXCLUDES(mutex_);

  std::shared_ptr<Transport> transport_;  // until Close, which returns it to the closing thread
  const ProducerOptions options_;
  ProducerRegistration registration_;  // the own thread's
  std::thread thread_;

  Mutex mutex_;
  CondVar room_;  // a part of the window was freed, or the producer stopped
  CondVar work_;  // for the own thread
  CondVar done_;  // outcomes were delivered, or the stream closed
  SendQueue queue_ TSA_GUARDED_BY(mutex_);
  BatchSequencer sequencer_ TSA_GUARDED_BY(mutex_);
  AppendStream* stream_ TSA_GUARDED_BY(mutex_) = nullptr;
  bool stream_open_ TSA_GUARDED_BY(mutex_) = false;    // from its start until OnClosed is over
  bool stream_broken_ TSA_GUARDED_BY(mutex_) = false;  // what it still answers does not count
  Status broken_by_ TSA_GUARDED_BY(mutex_);            // why, when an answer said so
  uint64_t window_used_ TSA_GUARDED_BY(mutex_) = 0;
  uint64_t completed_ TSA_GUARDED_BY(mutex_) = 0;
  std::thread::id delivering_ TSA_GUARDED_BY(mutex_);
  Status stopped_ TSA_GUARDED_BY(mutex_);        // what the failure was, with stop_at_failure
  Status fenced_ TSA_GUARDED_BY(mutex_);         // that the name is another's
  Status first_failure_ TSA_GUARDED_BY(mutex_);  // since the last Flush
  Backoff backoff_ TSA_GUARDED_BY(mutex_);
  TimePoint retry_at_ TSA_GUARDED_BY(mutex_);
  std::optional<TimePoint> trouble_since_ TSA_GUARDED_BY(mutex_);  // of the first attempt that failed
  bool asked_number_ TSA_GUARDED_BY(mutex_) = false;               // somebody waits in NextNumber
  Status no_number_ TSA_GUARDED_BY(mutex_);  // why the producer could not be registered for them
  bool closing_ TSA_GUARDED_BY(mutex_) = false;
};

}  // namespace replog::client::internal
