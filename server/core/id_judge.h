#pragma once

#include <optional>
#include <string_view>
#include <utility>
#include <vector>

#include "absl/status/status.h"
#include "server/core/append_request.h"
#include "server/core/staged_map.h"
#include "storage/model/log_store.h"

namespace replog {

// Tells which records of an append were appended before, by their ids. For one group; only the committer's
// thread. The requests must outlive it.
class IdJudge {
 public:
  // A log, and what an id is asked against.
  struct Window {
    LogNumber log = 0;
    int64_t window_us = 0;
    int64_t now_us = 0;  // the time that the group's records of the log get
  };

  explicit IdJudge(LogStore& store) : store_(store) {}

  // Begins with an append, and looks up what the store knows of its ids.
  absl::Status Begin(const Window& window, const AppendRequest& request);

  // Whether every record of the append was appended before it.
  bool all_duplicates() const { return all_duplicates_; }
  // Where the record at `index` of the append, which has this id, was appended first; nullopt: nowhere.
  std::optional<Sequence> FirstAppend(size_t index, std::string_view id) const;
  // That record is written.
  void Stage(std::string_view id, Sequence sequence);

  void Keep() { written_.Keep(); }

 private:
  using Key = std::pair<LogNumber, std::string_view>;

  // What the group has written, or what the store knew, if it still counts.
  std::optional<Sequence> Remembered(const IdEntry& entry) const;

  LogStore& store_;
  StagedMap<Key, IdEntry> written_;
  // Of the append at hand.
  Window window_;
  std::vector<std::optional<IdEntry>> stored_;  // by the record's index
  bool all_duplicates_ = false;
};

}  // namespace replog
