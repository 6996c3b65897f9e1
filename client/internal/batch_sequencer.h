#pragma once

#include <cstdint>
#include <deque>
#include <optional>
#include <string>

#include "client/internal/send_queue.h"
#include "client/status.h"
#include "replog/v1/replication_log.pb.h"

namespace replog::client::internal {

// Which batches are on their way, under which numbers, and what an answer means for them. Knows neither gRPC
// nor threads.
//
// Each batch of an idempotent producer is stamped with the producer's id, its epoch, and the number of the
// batch's first record. The server takes numbers in order, each once, and answers a repetition with what
// became of it: so what is not answered is sent again. A batch that is refused leaves its number to those
// behind it, which come back with PRODUCER_GAP and are sent again under new numbers. Within an epoch a number
// must stand for one record only, also for copies that are still under way somewhere; so after a stream
// broke, and after a refusal, the producer registers again before it goes on, which fences all that it sent
// under the old epoch and tells what of it was appended. (A batch of nothing but duplicates leaves its number
// without that: a copy of it is a batch of duplicates again.)
//
// Thread Safety: none.
class BatchSequencer {
 public:
  // What the server remembers for certain: see AppendRequest.producer.
  static constexpr size_t kMaxUnanswered = 32;

  // Without idempotence nothing is stamped and nothing is sent twice.
  explicit BatchSequencer(bool idempotent) : idempotent_(idempotent) {}

  // What has to come before anything can be sent.
  enum class Need : uint8_t {
    kNothing,
    kAnswers,       // to all that was sent: wait
    kRegistration,  // of the producer, whoever has its name
    kRenewal,       // of the registration, if nobody else has the name since
  };
  Need need() const;

  // ------------------------------------------------------------------ sending, when nothing is needed

  // Whether one more batch may be unanswered.
  bool has_room() const { return !idempotent_ || unanswered_.size() < max_unanswered_; }
  // Batches that were sent before; they go before all others.
  bool has_resends() const { return !resends_.empty(); }
  // Puts a batch, or the first of the resends, among the unanswered. Returns its stamp, an encoded field of
  // AppendRequest; empty: none.
  std::string Send(Batch batch);
  std::string SendAgain();
  // The batch that was sent last.
  const Batch& last_sent() const { return unanswered_.back().batch; }

  // ------------------------------------------------------------------ what comes back

  // What an answer makes of the oldest unanswered batch.
  enum class Verdict : uint8_t {
    kOutcome,    // it has its outcome: TakeAnswered, and deliver it
    kSendAgain,  // it was not looked at, and is among the resends
    kBreak,      // it may have been appended or not: end the stream, and pass over what it still answers
    kFenced,     // another has the producer's name: GiveUp, refused
  };
  // `error`: of the answer; OK when it has none. Some batch must be unanswered.
  Verdict OnAnswer(const v1::AppendStreamResponse& answer, const Status& error);
  Batch TakeAnswered();
  // Whether an earlier stream may have appended the oldest unanswered batch.
  bool sent_before() const { return unanswered_.front().lost; }
  // Whether the answer to the oldest unanswered batch is that it was appended before under its number, by a
  // copy that this producer sent or that the network made. Its records then are not others' duplicates.
  bool IsRepetition(const v1::AppendResponse& answer) const;

  // The stream is over. What it has not answered is among the resends.
  void OnBroken();

  // `next`: the producer's own number that comes next, as the server says.
  void OnRegistered(uint64_t id, uint64_t epoch, uint64_t next);

  // A batch that gets no answer any more.
  struct GivenUp {
    Batch batch;
    bool maybe_appended = false;
  };
  // All that has no outcome, in order. `refused`: the server will not look at the unanswered either.
  std::deque<GivenUp> GiveUp(bool refused);
  // The server does not know the producer any more, so nothing that it was sent under the old registration
  // can be sent again: that, in order. The rest is sent under a new one.
  std::deque<Batch> OnForgotten();

  size_t unanswered() const { return unanswered_.size(); }
  // Of the next batch that is not a resend. When nothing is needed.
  uint64_t next_number() const { return next_; }

 private:
  struct Sent {
    Batch batch;
    std::optional<uint64_t> number;  // of its first record; nullopt: it gets a new one
    bool lost = false;               // a stream broke, and it was not answered
  };

  std::string Stamp(Sent sent);
  // Whether the oldest unanswered batch was not looked at in its turn.
  bool CameBack(const Status& error) const;
  // What is behind `number` comes back, or is numbered anew.
  void Rewind(uint64_t number);
  // Once everything that was behind has come back.
  void Settle();

  const bool idempotent_;
  bool registered_ = false;  // with an epoch that may be used
  uint64_t id_ = 0;          // 0: never registered
  uint64_t epoch_ = 0;
  uint64_t next_ = 0;                // the number of the next batch
  std::optional<uint64_t> rewound_;  // the number that was not consumed; those behind it are coming back
  size_t max_unanswered_ = kMaxUnanswered;
  std::deque<Sent> unanswered_;
  std::deque<Sent> returned_;  // came back; before the unanswered
  std::deque<Sent> resends_;   // behind them
};

}  // namespace replog::client::internal
