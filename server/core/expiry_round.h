#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "server/core/append_request.h"
#include "server/core/expiry_schedule.h"
#include "storage/model/log_store.h"

namespace replog {

// Some records that are due, what is to be appended for them, and what is left to do afterwards: the
// decisions of the expirer, which carries them out. A record that still is its key's newest gets a tombstone,
// on the condition that it still is; what is not any more is settled, and so is one that was when its
// tombstone came. Not thread-safe.
class ExpiryRound {
 public:
  // Takes logs out of the schedule and finds what of them expired before `now_us`: at most so many records,
  // and logs. Blocks on the disk.
  static ExpiryRound Find(LogStore& store, ExpirySchedule& schedule, int64_t now_us, size_t max_entries);

  // The tombstones to append.
  size_t appends() const { return tombstones_.size(); }
  std::pair<LogPtr, AppendRequest> MakeAppend(size_t index) const;
  // How the append ended.
  void Answer(size_t index, const absl::Status& status);

  // Whether the store's index has something to forget.
  bool anything_settled() const;
  // Makes it forget that.
  void DropSettled(LogStore& store);

  // Puts every log back that has more: for what failed, to be looked at again after `retry_us`. The last
  // call.
  void PutBack(ExpirySchedule& schedule, int64_t retry_us) const;

  // What could not be read because it is damaged: the log, and the error.
  const std::vector<std::pair<LogPtr, absl::Status>>& damage() const { return damage_; }

 private:
  // What of one log is in the round.
  struct Share {
    LogPtr log;
    ExpiryPlace from;  // nothing of it that expires is before
    ExpirySlice due;
    std::vector<Expiry> settled;
    bool failed = false;  // something of it is to be tried again
  };
  struct Tombstone {
    size_t share = 0;
    Expiry expiry;
    std::optional<uint64_t> version;  // of the record that expires
  };

  void Judge(LogStore& store, size_t share);
  absl::Status JudgeEntry(LogStore& store, size_t share, const Expiry& expiry);
  void Fail(Share& share, const absl::Status& status);

  std::vector<Share> shares_;
  std::vector<Tombstone> tombstones_;
  std::vector<std::pair<LogPtr, absl::Status>> damage_;
};

}  // namespace replog
