#pragma once

#include <atomic>
#include <memory>
#include <string>

#include "base/mutex.h"
#include "server/core/log_counters.h"
#include "server/core/producer_roster.h"
#include "server/core/tail.h"
#include "server/core/watermarks.h"
#include "storage/model/log_store.h"

namespace replog {

// One log as the running server has it: what it is, its history, its tail. Shared by everything that uses it;
// a deleted log lives on, closed, until the last lets go. Thread-safe but for `writer`.
class Log {
 public:
  Log(const StoredLog& stored, size_t tail_bytes);

  LogNumber number() const { return number_; }
  const std::string& name() const { return name_; }
  const std::string& uuid() const { return uuid_; }
  uint64_t lineage() const { return lineage_; }
  Tail& tail() { return tail_; }
  const Tail& tail() const { return tail_; }
  ProducerRoster& producers() { return producers_; }

  LogDescriptor descriptor() const TSA_EXCLUDES(mutex_);
  void set_settings(const LogSettings& settings) TSA_EXCLUDES(mutex_);
  Epoch epoch() const TSA_EXCLUDES(mutex_);

  // The place before record `next`, which is at most the end.
  Position PositionAt(Sequence next) const TSA_EXCLUDES(mutex_);
  // OK when a reader that was at `position` can go on here. WRONG_LOG, FORKED, PAST_THE_END.
  absl::Status CheckPosition(const Position& position) const TSA_EXCLUDES(mutex_);

  // Opened again by the store; see LogStore::Recover.
  void Reopened(const StoredLog& stored) TSA_EXCLUDES(mutex_);

  // The committer's own: what the next append of this log continues. Touched only on its thread.
  struct Writer {
    explicit Writer(const StoredLog& stored)
        : marks(stored.end), last_time_us(stored.last_time_us), bytes_before_end(stored.bytes_before_end) {}
    Watermarks marks;
    int64_t last_time_us;
    uint64_t bytes_before_end;
  };
  Writer writer;

  // Of the newest record, for reports: microseconds since 1970, and record bytes since the log began.
  std::atomic<int64_t> last_time_us;
  std::atomic<uint64_t> bytes_before_end;
  // Set by the committer's thread; appends are refused from then on.
  std::atomic<bool> deleted{false};
  // Open subscriptions.
  std::atomic<uint64_t> subscribers{0};
  LogCounters counters;

 private:
  const LogNumber number_;
  const std::string name_;
  const std::string uuid_;
  const uint64_t lineage_;
  Tail tail_;
  ProducerRoster producers_;
  mutable Mutex mutex_;
  LogDescriptor descriptor_ TSA_GUARDED_BY(mutex_);
  EpochTable epochs_ TSA_GUARDED_BY(mutex_);
};

using LogPtr = std::shared_ptr<Log>;

}  // namespace replog
