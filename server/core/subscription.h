#pragma once

#include <algorithm>
#include <cstdint>
#include <deque>
#include <optional>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "server/core/asked_targets.h"
#include "server/core/frame.h"
#include "server/core/tail.h"
#include "storage/model/channel_filter.h"
#include "storage/model/log_store.h"

namespace replog {

// One subscriber's side of the log: what to send next, when to say caught up, when to send a bookmark, when
// to end. A pure state machine; it knows neither threads nor the transport nor the clock. Its driver asks
// Next() and does what it says. Not thread-safe.
//
//   kReadTable --OnTable--> (records to send) --> kSend, until the table is read; only of a table
//   subscription
//        |
//        +--------> kAskTail --kBatch--> (chunks to send) --> kSend --+
//        |            |   \--kWait--> kWait --OnWake--+                |
//        |            \--kBehind--> kReadStore --OnStore--> (chunks)   |
//        +---------------------------------------------------+--------+
//   any state --End, until reached, trimmed away--> kFinish
class Subscription {
 public:
  struct Options {
    Position start;  // with the epoch of the record before it
    std::optional<Sequence> until;
    ChannelFilter filter;
    // First the log's table as it stood at `start`, then what follows.
    bool table = false;
    // The log's epoch then: what the table was passed over for must come, and a recovery may have taken it
    // away.
    Epoch table_epoch = 0;
    size_t max_frame_bytes = 256 << 10;
    // A frame at least this often; jittered by the caller, 5 to 15 s.
    int64_t bookmark_interval_us = 10'000'000;
  };

  Subscription(Options options, int64_t now_us);

  enum class Step : uint8_t {
    kAskTail,    // ask Tail::Read(next()) and pass the answer to OnTail
    kReadTable,  // read table_scan() and pass the answer to OnTable
    kReadStore,  // read the store from next() to read_until() and pass the answer to OnStore
    kSend,       // send TakeFrame(); ask for the next step when the transport has taken it
    kWait,       // nothing to do before OnWake, bookmark_at_us() or caught_up_at_us()
    kFinish,     // end the stream with status()
  };
  Step Next(int64_t now_us);

  void OnTail(TailAnswer answer);
  // `first_kept` as it is after the read: what was trimmed away meanwhile is missing, not damaged. `epoch`:
  // of the record before the run's `next`, which a filtered read may reach without having seen that record.
  void OnStore(absl::StatusOr<ChunkRun> answer, Sequence first_kept, Epoch epoch);
  // The rest as it is after the read; `epoch`: the log's.
  void OnTable(absl::StatusOr<TableSlice> answer, Sequence committed_end, Sequence first_kept, Epoch epoch);
  // The tail called; ask it again.
  void OnWake() { waiting_ = false; }
  // The frame with which the reader has record `target` asks it to acknowledge.
  void AskToAcknowledge(Sequence target) { acknowledge_.Add(target); }
  // Ends a frame exactly at `checkpoint`, with the words that it is one: the end of a commit that is not sent
  // yet; `epoch`: of the record before it. Without effect when it was sent, or the reader cannot compare
  // tables there: its own is not complete.
  void EndFrameAt(Sequence checkpoint, Epoch epoch);
  // Ends the stream with `status` as soon as no frame is in flight.
  void End(absl::Status status);

  Frame TakeFrame(int64_t now_us);

  // Everything before it was put into a frame or does not match.
  Sequence next() const { return next_; }
  Sequence committed_end() const { return committed_end_; }
  // No more than this is wanted of the store.
  Sequence read_until() const {
    return options_.until ? std::min(*options_.until, committed_end_) : committed_end_;
  }
  // What of the table is to be read next; while there is more of it, also while a frame is in flight: the
  // answer to OnTable then is for the next.
  bool reading_table() const { return reading_table_ && !ended_; }
  TableScan table_scan() const;
  // Whether the reader has everything before next() with the frames taken: not before its map equals the
  // table.
  bool resumable() const { return !reading_table_ && !table_end_.has_value(); }
  int64_t bookmark_at_us() const { return bookmark_at_us_; }
  // When to say that the end was reached again, by passing over what does not match; nullopt: that was said,
  // or is not so.
  std::optional<int64_t> caught_up_at_us() const;
  const absl::Status& status() const { return status_; }
  const ChannelFilter& filter() const { return options_.filter; }
  size_t max_frame_bytes() const { return options_.max_frame_bytes; }

 private:
  // A reader whose filter passes over all that others write is told where it stands so often and not more.
  static constexpr int64_t kCaughtUpSpacingUs = 250'000;

  bool UntilReached() const { return options_.until.has_value() && next_ >= *options_.until; }
  // Whether the reader has everything that came while it got the table, and was not told so yet.
  bool TableComplete() const { return table_end_.has_value() && next_ >= *table_end_; }
  bool AtCheckpoint() const { return checkpoint_.has_value() && next_ >= *checkpoint_; }
  bool AtEnd() const { return chunks_.empty() && next_ >= committed_end_ && heard_of_end_; }
  // Moves chunks into `records_`; true when it is worth sending or there is no more.
  void Fill();
  // Passes over what does not match, up to `next` or the checkpoint before it.
  void PassTo(Sequence next, Epoch epoch);
  void LeaveCheckpoint();
  // What was asked for last is used up; what it had no matching records of is passed over.
  void PassToChunksEnd();
  void EndInNewEpoch();
  // False when the frame is full and the chunk is not used up.
  bool TakeFrom(const ChunkPtr& chunk);
  bool TakeRecords(const ChunkPtr& chunk);
  // Whether it is better to read on than to send the few records that a filter has left of what was read.
  bool Gather() const;
  // Whether the reader is to acknowledge what it was sent up to here.
  bool AcknowledgeHere() const { return acknowledge_.AnyBefore(next_) && resumable(); }
  // Whether there is something to say that has no record in it.
  bool SomethingToSay(int64_t now_us) const;

  Options options_;
  Sequence next_;
  Epoch epoch_;  // of the record before next_
  bool reading_table_;
  TablePlace table_place_;              // how far it was read
  Sequence passed_over_end_ = 0;        // what it was passed over for is before this
  std::optional<Sequence> checkpoint_;  // at which a frame is to end
  Epoch checkpoint_epoch_ = 0;
  AskedTargets acknowledge_;
  std::optional<Sequence> table_end_;  // once it was read: from there on the reader's map equals it
  std::deque<ChunkPtr> chunks_;
  Sequence chunks_end_ = 0;  // when chunks_ is used up, everything before this is
  Epoch chunks_epoch_ = 0;   // of the record before chunks_end_
  FrameRecords records_;
  int reads_gathered_ = 0;  // of the store, since the last frame; 0 once the tail gave something
  bool waiting_ = false;
  bool behind_ = false;
  bool heard_of_end_ =
      false;  // committed_end_ is of the last question asked: not so after a read of the store

  Sequence committed_end_ = 0;
  Sequence first_kept_ = 0;
  absl::Status status_;
  bool ended_ = false;

  // What the last frame said.
  bool sent_any_ = false;
  int64_t sent_at_us_ = 0;
  bool sent_caught_up_ = false;
  Sequence sent_next_ = 0;
  Epoch sent_epoch_ = 0;
  Sequence sent_first_kept_ = 0;
  int64_t bookmark_at_us_;
};

}  // namespace replog
