#pragma once

#include <map>
#include <string>
#include <vector>

#include "base/mutex.h"
#include "tests/faults/crash/load_record.h"

namespace replog::testing {

// What went wrong, from any thread; the first few are kept.
class Failures {
 public:
  void Add(std::string what) TSA_EXCLUDES(mutex_);
  // All of it as text; empty when nothing went wrong.
  std::string Text() const TSA_EXCLUDES(mutex_);

 private:
  mutable Mutex mutex_;
  size_t count_ TSA_GUARDED_BY(mutex_) = 0;
  std::string text_ TSA_GUARDED_BY(mutex_);
};

// The truth about one log, gathered from acknowledgements and from everybody who read it. A record that
// anybody was told of at a sequence is there for ever: whoever is told something else there is a failure, and
// so is a record in two places. Thread-safe.
class Ledger {
 public:
  Ledger(std::string log, uint64_t seed, Failures& failures)
      : log_(std::move(log)), seed_(seed), failures_(failures) {}

  const std::string& log() const { return log_; }
  uint64_t seed() const { return seed_; }
  Failures& failures() { return failures_; }

  // A batch was acknowledged as beginning at `first`.
  void Acknowledged(const LoadId& first_record, uint64_t first) TSA_EXCLUDES(mutex_);
  // A reader was shown `record`.
  void Seen(const v1::Record& record) TSA_EXCLUDES(mutex_);
  // After all of [first, end) was seen and nothing is under way: every batch in it must be whole and at one
  // place.
  void CheckBatches(uint64_t first, uint64_t end) TSA_EXCLUDES(mutex_);

  // After all was answered: every one of a producer's records, 0 to `records`, must have a place.
  void CheckComplete(uint32_t producer, uint64_t records) TSA_EXCLUDES(mutex_);

  // The sequence after the last that anybody was told of.
  uint64_t end() const TSA_EXCLUDES(mutex_);

 private:
  void Place(uint64_t sequence, const LoadId& id, const char* who) TSA_REQUIRES(mutex_);

  const std::string log_;
  const uint64_t seed_;
  Failures& failures_;
  mutable Mutex mutex_;
  // By sequence; a batch_count of 0 where nobody was told anything yet.
  std::vector<LoadId> records_ TSA_GUARDED_BY(mutex_);
  // Where each producer's records are, by their numbers; one more than the sequence, 0 for nowhere.
  std::map<uint32_t, std::vector<uint64_t>> places_ TSA_GUARDED_BY(mutex_);
};

}  // namespace replog::testing
