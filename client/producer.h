#pragma once

#include <chrono>
#include <cstddef>
#include <cstdint>
#include <functional>
#include <future>
#include <memory>
#include <string>

#include "client/append.h"
#include "client/client.h"
#include "client/record.h"
#include "client/status.h"

namespace replog::client {

namespace internal {
class ProducerCore;
}

// What became of one record.
struct AppendOutcome {
  AppendFate fate = AppendFate::kUnknown;
  // When acknowledged: the record's place in the log, and its time.
  uint64_t sequence = 0;
  Time time;
  // Why, when it was not acknowledged.
  Status status;
};

// What became of records that were sent together, in the order in which they were appended.
struct BatchOutcome {
  AppendFate fate = AppendFate::kUnknown;
  // The producer's own count, from 0, of the first of them, and how many there are.
  uint64_t first_index = 0;
  uint64_t count = 0;
  // When acknowledged: the place of the first; the others follow without gaps.
  uint64_t first_sequence = 0;
  Time time;
  Status status;
};

struct ProducerOptions {
  // Empty: the client's default.
  std::string log;
  // How long a record may wait for others to be sent with it. 0: it is sent at once while at most one batch
  // is unanswered; beyond that records gather until an answer comes or the batch is full.
  std::chrono::microseconds linger{0};
  // A batch is sent when it has this many encoded bytes; at most 1 MiB. A larger single record goes alone.
  size_t max_batch_bytes = 256 << 10;
  size_t max_batch_records = 100'000;
  // Encoded bytes that may be without an outcome: beyond it Append waits.
  size_t window_bytes = 4 << 20;
  // After the first record that is not acknowledged, refuse all that were not sent yet (NOT_SENT) and every
  // later Append. What was already sent still has its own outcome.
  bool stop_at_failure = false;
  // How long to try to reach the server before the records that wait are refused as NOT_SENT.
  std::chrono::milliseconds connect_timeout{10'000};
  // Called for each batch, in order. See Producer for the thread.
  std::function<void(const BatchOutcome&)> on_batch;
};

// Appends records one by one and sends them in batches over one pipelined stream.
//
// Example:
//   Producer producer(client, {});
//   producer.Append({.channel = "room", .body = text}, [](const AppendOutcome& outcome) { … });
//   Status all = producer.Flush();
//
// Order: records get their sequences in the order in which Append took them. A batch is all or nothing: one
// record that the server refuses refuses those sent with it. Append itself checks what does not depend on the
// server's settings. Outcomes: each record taken has exactly one: acknowledged, rejected (definitely not in
// the log) or unknown (the stream broke before the answer). Nothing is sent twice. After a break the producer
// connects again and goes on with what was not sent.
//
// Thread Safety: every member may be called from many threads at once.
// Callbacks: run one at a time, in order, on a thread of the library; they must not block, and must not
// destroy the producer. Append within a callback does not wait for the window: it answers WOULD_BLOCK.
// Lifetime: the destructor sends what was taken and waits for all outcomes (see connect_timeout), so what
// callbacks refer to must outlive the producer.
class Producer {
 public:
  using Callback = std::function<void(const AppendOutcome&)>;

  Producer(const Client& client, ProducerOptions options);
  ~Producer();
  Producer(const Producer&) = delete;
  Producer& operator=(const Producer&) = delete;

  // Takes a record; waits while the window is full. An error means that it was not taken, and that `callback`
  // will not be called: INVALID_ARGUMENT (the record can never be appended) or what stopped the producer.
  Status Append(const NewRecord& record, Callback callback = {});
  // The same, but answers RESOURCE_EXHAUSTED (WOULD_BLOCK) instead of waiting.
  Status TryAppend(const NewRecord& record, Callback callback = {});
  // The same as Append, with the outcome as a future. A record that was not taken counts as rejected.
  std::future<AppendOutcome> AppendAsync(const NewRecord& record);

  // Sends what waits and returns once every record taken before the call has its outcome and its callback has
  // returned. OK when none failed since the last Flush; else the first failure. Not to be called from a
  // callback.
  Status Flush();

 private:
  std::shared_ptr<internal::Transport> transport_;  // goes last, on the thread that destroys this
  std::shared_ptr<internal::ProducerCore> core_;
};

}  // namespace replog::client
