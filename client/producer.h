#pragma once

#include <chrono>
#include <cstddef>
#include <cstdint>
#include <functional>
#include <future>
#include <memory>
#include <string>
#include <vector>

#include "client/append.h"
#include "client/client.h"
#include "client/record.h"
#include "client/status.h"

namespace replog::client {

namespace internal {
class ProducerCore;
}

// A record that is in the log, at a place that nobody remembers.
inline constexpr uint64_t kUnknownSequence = UINT64_MAX;

// What became of one record.
struct AppendOutcome {
  AppendFate fate = AppendFate::kUnknown;
  // When acknowledged: the record's place in the log. kUnknownSequence only for a record with an id that the
  // log had before, when the answer that said so was lost and the id has been forgotten since.
  uint64_t sequence = 0;
  // When acknowledged: the record's time, if it was appended just now.
  Time time;
  // Why, when it was not acknowledged.
  Status status;
  // Acknowledged without being appended: the log had its id before, as `sequence`.
  bool duplicate = false;
};

// Where a record of a batch is.
struct RecordPlace {
  uint64_t sequence = kUnknownSequence;  // see AppendOutcome
  bool duplicate = false;                // the log had its id
};

// What became of records that were sent together, in the order in which they were appended.
struct BatchOutcome {
  AppendFate fate = AppendFate::kUnknown;
  // The producer's own count, from 0, of the first of them, and how many there are.
  uint64_t first_index = 0;
  uint64_t count = 0;
  // When acknowledged: the place of the first; the others follow without gaps, unless there are `places`.
  uint64_t first_sequence = 0;
  // When acknowledged: the time of the records that were appended just now.
  Time time;
  Status status;
  // When acknowledged, and not all were appended in a row: where each of them is.
  std::vector<RecordPlace> places = {};
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
  // How long to try again while the server can't be reached or can't write, without one answer, before the
  // records that wait get their outcomes: rejected, or unknown if they were sent.
  std::chrono::milliseconds connect_timeout{10'000};
  // Each record is appended once, however often it has to be sent. Without it nothing is sent twice, and what
  // is not answered when a connection breaks is unknown.
  bool idempotent = true;
  // Names the producer in its log, for who continues what an earlier one began: a producer that registers
  // under the name ends the one before it (PRODUCER_FENCED). 1 to 256 bytes of UTF-8; empty: a name that
  // nobody else has.
  std::string name;
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
// the log) or unknown.
//
// Retries: after a break the producer connects again, sends what was not answered once more, and goes on. The
// server knows a batch by its number, so nothing is appended twice or out of order, across crashes of the
// server too; only when it cannot be reached for long (connect_timeout) is an outcome unknown. See
// `idempotent`.
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

  // The producer's own number of the record that is appended next: how many were appended under its name so
  // far. For who reads from a source that can be read again, and goes on where an earlier producer of the
  // name was. Registers the producer, and waits for that up to connect_timeout. FAILED_PRECONDITION without
  // `idempotent`. Records with ids that are duplicates are counted only if others of their batch are none.
  Result<uint64_t> NextNumber();

  // Sends what waits and returns once every record taken before the call has its outcome and its callback has
  // returned. OK when none failed since the last Flush; else the first failure. Not to be called from a
  // callback.
  Status Flush();

 private:
  std::shared_ptr<internal::Transport> transport_;  // goes last, on the thread that destroys this
  std::shared_ptr<internal::ProducerCore> core_;
};

}  // namespace replog::client
