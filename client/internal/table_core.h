#pragma once

#include <atomic>
#include <chrono>
#include <cstdint>
#include <functional>
#include <optional>
#include <set>
#include <string>
#include <vector>

#include "base/mutex.h"
#include "client/internal/table_rows.h"
#include "client/position.h"
#include "client/record.h"
#include "client/status.h"
#include "client/subscription.h"
#include "client/table.h"
#include "proto/wire/table_digest.h"

namespace replog::client::internal {

// What is behind a Table: the rows that readers see and, while a table is loaded, those that will take their
// place. Fed by a table subscription; knows no network.
//
//   loading ── a frame completes the table: the loaded rows take the place of those before ──> following
//      ^                                                                                           |
//      └── OnReset ────────────────────────────────────────────────────────────────────────────────┘
//
// Thread Safety: On… are called one at a time, everything else from many threads.
class TableCore {
 public:
  explicit TableCore(const TableSettings& settings)
      : decode_(settings.decode), on_change_(settings.on_change) {}

  void OnReset();
  void OnRecord(const RecordView& record) TSA_EXCLUDES(mutex_);
  void OnFrame(const FrameInfo& frame) TSA_EXCLUDES(mutex_);
  void OnEnd(const Status& status) TSA_EXCLUDES(mutex_);

  // No change is reported any more once the call of on_change that runs now has returned. From any thread.
  void Stop() { stopped_ = true; }

  TableValue Find(std::string_view channel, std::string_view key) TSA_EXCLUDES(mutex_);
  // Returns what is applied.
  uint64_t ForEach(const TableRows::Visit& visit) TSA_EXCLUDES(mutex_);
  uint64_t size() TSA_EXCLUDES(mutex_);
  TableDigests Digest() TSA_EXCLUDES(mutex_);
  bool ready() TSA_EXCLUDES(mutex_);
  uint64_t applied() TSA_EXCLUDES(mutex_);
  std::optional<Position> position() TSA_EXCLUDES(mutex_);
  Status status() TSA_EXCLUDES(mutex_);

  // What Resync compares: the rows of a range of a channel's keys, cut into `parts` or fewer ranges of about
  // as many keys, all of one moment.
  struct RangeSums {
    uint64_t applied = 0;
    std::vector<std::string> ends;  // of all ranges but the last, which ends as the whole does
    std::vector<wire::TableDigest> sums;
  };
  RangeSums SumRanges(std::string_view channel, const TableRows::KeyRange& range, size_t parts)
      TSA_EXCLUDES(mutex_);
  // From here on, and anew from each call on, notes which of the channel's keys the stream changes, until
  // Unwatch. Returns what is applied.
  uint64_t Watch(std::string_view channel) TSA_EXCLUDES(mutex_);
  void Unwatch() TSA_EXCLUDES(mutex_);
  // Makes the rows of a range what a look-up found there that was made after Watch had returned `since`, and
  // whose every change has come with the stream by now. What the stream has changed since then is newer, and
  // a record that is not before `since` is left to it. Returns the keys that were wrong. Called as On… are.
  std::vector<std::string> Mend(std::string_view channel, const TableRows::KeyRange& range,
                                const std::vector<RecordView>& found, uint64_t since) TSA_EXCLUDES(mutex_);

  Status WaitReady(std::chrono::milliseconds timeout) TSA_EXCLUDES(mutex_);
  Status WaitUntil(uint64_t sequence, std::chrono::milliseconds timeout) TSA_EXCLUDES(mutex_);
  // Asks the log whether a position is of its history: OK, or why not.
  using AskHistory = std::function<Status(const Position&)>;
  // `ask` is called, without the lock, when what the table knows does not tell whether it has `position`.
  Status WaitUntil(const Position& position, std::chrono::milliseconds timeout, const AskHistory& ask)
      TSA_EXCLUDES(mutex_);

 private:
  // Whether the table has everything before a position.
  enum class Reach : uint8_t {
    kNotYet,
    kReached,
    kPassed,  // in a later epoch: so it has it, unless the record was lost when the epoch began
    kLost,
  };
  Reach ReachOf(const Position& wanted) const TSA_REQUIRES(mutex_);
  // What a record makes of its key: null when it is a tombstone.
  std::optional<TableRow> RowOf(const RecordView& record);
  void Apply(const RecordView& record) TSA_EXCLUDES(mutex_);
  // Whether Mend may touch the key.
  bool MayMend(std::string_view key) TSA_REQUIRES(mutex_);
  // Whether the row was there, or was not so.
  bool Drop(std::string_view channel, const std::string& key) TSA_EXCLUDES(mutex_);
  bool Replace(const RecordView& record) TSA_EXCLUDES(mutex_);
  // The loaded rows take their place.
  void FinishLoading(const FrameInfo& frame) TSA_EXCLUDES(mutex_);
  void ReportChanges(const TableRows& before) TSA_NO_THREAD_SAFETY_ANALYSIS;
  void Report(const TableValueChange& change);
  void MoveTo(const FrameInfo& frame) TSA_REQUIRES(mutex_);
  // Waits until `settled`, which is called with the lock held.
  Status Await(std::chrono::milliseconds timeout, const std::function<bool()>& settled) TSA_EXCLUDES(mutex_);

  const std::function<TableValue(const RecordView&)> decode_;
  const std::function<void(const TableValueChange&)> on_change_;

  std::atomic<bool> stopped_ = false;

  // Touched only by On…
  wire::RowHasher hasher_;
  std::optional<TableRows> loading_{std::in_place};

  Mutex mutex_;
  CondVar moved_;
  int waiters_ TSA_GUARDED_BY(mutex_) = 0;
  TableRows rows_ TSA_GUARDED_BY(mutex_);  // changed only by On…
  bool ready_ TSA_GUARDED_BY(mutex_) = false;
  uint64_t applied_ TSA_GUARDED_BY(mutex_) = 0;
  std::optional<Position> position_ TSA_GUARDED_BY(mutex_);
  struct Watched {
    std::string channel;
    std::set<std::string, std::less<>> changed;  // by the stream
    bool reloaded = false;                       // the whole table was
  };
  std::optional<Watched> watched_ TSA_GUARDED_BY(mutex_);
  std::optional<Status> end_ TSA_GUARDED_BY(mutex_);
};

}  // namespace replog::client::internal
