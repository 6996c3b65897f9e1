#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "base/mutex.h"
#include "client/producer.h"

namespace replog::cli {

// What became of the records of one append command, by the lines that they came from.
//
// Thread Safety: every member may be called from many threads.
class AppendReport {
 public:
  // The record with this index (from 0, in order) came from this line (from 1, in order).
  void SetLine(uint64_t index, uint64_t line);
  void Add(const client::BatchOutcome& outcome);

  uint64_t acknowledged() const;
  bool all_acknowledged() const;
  // The lines that were not appended because a line before them has their id, which is no repetition of this
  // input: one that was appended before has its records at ascending sequences. "line 3", "lines 3 and 5";
  // the first hundred, and how many more. Empty: none.
  std::string LinesOfUsedIds() const;
  // Of the first record that was not acknowledged; OK when there is none.
  client::Status first_failure() const;

  // For people: a line on what was appended and one for each run of lines that was not.
  // `skipped`: records at the input's beginning that were left out.
  std::string Human(double seconds, uint64_t skipped = 0) const;
  std::string Json(double seconds, uint64_t skipped = 0) const;

 private:
  // Lines in a row with the same fate.
  struct Failure {
    client::AppendFate fate;
    uint64_t first_index;
    uint64_t count;
    client::Status status;
  };
  uint64_t LineOf(uint64_t index) const TSA_REQUIRES(mutex_);
  uint64_t Count(client::AppendFate fate) const TSA_REQUIRES(mutex_);
  void AddPlace(uint64_t index, const client::RecordPlace& place) TSA_REQUIRES(mutex_);
  void AddAppended(uint64_t first, uint64_t count) TSA_REQUIRES(mutex_);

  mutable Mutex mutex_;
  // Where line - index changes: pairs of index and line. Lines are skipped rarely, so there are few.
  std::vector<std::pair<uint64_t, uint64_t>> lines_ TSA_GUARDED_BY(mutex_);
  uint64_t acknowledged_ TSA_GUARDED_BY(mutex_) = 0;
  uint64_t duplicates_ TSA_GUARDED_BY(mutex_) = 0;  // of those
  std::optional<uint64_t> first_sequence_ TSA_GUARDED_BY(mutex_);
  uint64_t last_sequence_ TSA_GUARDED_BY(mutex_) = 0;
  std::optional<uint64_t> highest_place_ TSA_GUARDED_BY(mutex_);  // of a record so far, duplicate or not
  std::vector<uint64_t> used_id_lines_ TSA_GUARDED_BY(mutex_);    // the first of them
  uint64_t used_ids_ TSA_GUARDED_BY(mutex_) = 0;
  std::vector<Failure> failures_ TSA_GUARDED_BY(mutex_);
};

}  // namespace replog::cli
