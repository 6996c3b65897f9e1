#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <utility>

#include "client/internal/frame_decoder.h"
#include "client/position.h"
#include "client/status.h"
#include "client/subscription.h"
#include "replog/v1/replication_log.pb.h"

namespace replog::client::internal {

// Where a subscription stands: what to ask for at the first attempt and after each break, and whether what
// comes is what must come next. Knows neither gRPC nor threads.
//
// A frame counts once all of it was delivered, and frames are delivered whole: a break never falls within
// one.
//
// A table subscription is loading until a frame says that its table is complete; an attempt made meanwhile
// begins with the table again. After that it resumes like any other, until its place is gone.
//
// Thread Safety: none.
class ResumePoint {
 public:
  ResumePoint(const SubscriptionOptions& options, std::string log);

  // Begins the next attempt and says what to ask for.
  v1::SubscribeRequest Begin();

  // Whether a record is the next that may come: never one that was delivered already, never out of order and,
  // without a channel filter, never past a gap.
  bool Admit(uint64_t sequence) {
    if (loading_ && (!next_record_ || sequence < *next_record_)) return RowMayCome();
    const bool in_order = !next_record_ || (gapless_ ? sequence == *next_record_ : sequence >= *next_record_);
    next_record_ = sequence + 1;
    return in_order;
  }
  // A frame's records were all admitted and delivered. False when its next_sequence does not fit them.
  bool Complete(const FrameTrailer& trailer);

  // Whether to try again after a stream that ended so. A table subscription whose place is gone then begins
  // with the table again.
  bool TriesAgain(const Status& end);

  // Whether until_sequence is reached.
  bool AtEnd() const;
  // Null until the first frame that gave one, and while a table is loading.
  const Position* position() const { return loading_ || !position_ ? nullptr : &*position_; }
  // Whether a table is not complete.
  bool loading() const { return loading_; }
  // Whether what was delivered so far is void, because the frame at hand is the first of a table that began
  // again. True once.
  bool TakeReset() { return std::exchange(reset_, false); }

 private:
  // A row of the table is older than where the log is taken up, and comes before anything of the log.
  bool RowMayCome() const { return next_record_ == table_end_; }

  const bool table_;
  const bool gapless_;
  v1::SubscribeRequest request_;
  std::optional<Position> position_;
  std::optional<uint64_t> next_record_;  // the lowest sequence that may come; nullopt: not known yet
  bool completed_ = false;               // whether a frame counted
  bool loading_;                         // a table, which is not complete
  std::optional<uint64_t> table_end_;    // while loading: where the log is taken up, once a frame said it
  bool reset_ = false;
};

// What to do after a stream ended.
enum class StreamVerdict : uint8_t {
  kResume,  // try again from where it stood
  kGone,    // what it stood at is no longer there: only a table, which begins again, can go on
  kOver,    // trying again cannot mend it
};
StreamVerdict JudgeEnd(const Status& status);
// Whether a stream ended because the log has lost, or never had, what its reader was given.
bool HistoryLost(const Status& status);

}  // namespace replog::client::internal
