#pragma once

#include <functional>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "base/mutex.h"
#include "server/core/committer.h"
#include "server/core/log_registry.h"
#include "server/core/system_log.h"

namespace replog {

// The settings of logs. The system log has the truth of them, one record for each log; the running log and
// the store, whose compaction goes by them, have copies. A log of which there is no record yet has the
// settings that it was made with. Thread-safe; everything but ForgetLog blocks, and must not be called on the
// committer's thread.
class SettingsKeeper {
 public:
  using Change = std::function<absl::StatusOr<LogSettings>(LogSettings)>;

  // All must outlive it.
  SettingsKeeper(const LogRegistry& logs, SystemLog& system_log, LogStore& store, Committer& committer)
      : logs_(logs), system_log_(system_log), store_(store), committer_(committer) {}

  // Gives every log what its record says, writes down what has no record, and removes the records of logs
  // that are gone. At the start, and whenever the store was opened again: the fate of a change that failed is
  // known then.
  absl::Status Load() TSA_EXCLUDES(mutex_);
  // A log was made. That its record could not be written does no harm.
  void WriteDown(const Log& log) TSA_EXCLUDES(mutex_);
  // Replaces the log's settings by what `change` makes of them, once that is durable; two changes at once are
  // one after the other.
  absl::Status Update(Log& log, const Change& change) TSA_EXCLUDES(mutex_);
  // A log was deleted.
  void ForgetLog(const Log& log);

 private:
  absl::Status Write(const Log& log, const LogSettings& settings) TSA_REQUIRES(mutex_);
  absl::Status Apply(Log& log, const LogSettings& settings) TSA_REQUIRES(mutex_);

  const LogRegistry& logs_;
  SystemLog& system_log_;
  LogStore& store_;
  Committer& committer_;
  Mutex mutex_;  // held while a change is on its way
};

}  // namespace replog
