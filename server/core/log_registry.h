#pragma once

#include <map>
#include <string>
#include <vector>

#include "absl/status/statusor.h"
#include "base/mutex.h"
#include "server/core/log.h"

namespace replog {

// The logs of a server, by name. Thread-safe.
class LogRegistry {
 public:
  // `name` as a request gives it: empty is the default log. LOG_NOT_FOUND.
  absl::StatusOr<LogPtr> Find(std::string_view name) const TSA_EXCLUDES(mutex_);
  // The same for what changes a log. LOG_PROTECTED for the product's own.
  absl::StatusOr<LogPtr> FindForChange(std::string_view name) const TSA_EXCLUDES(mutex_);
  LogPtr FindNumber(LogNumber number) const TSA_EXCLUDES(mutex_);
  std::vector<LogPtr> All() const TSA_EXCLUDES(mutex_);
  using ByUuid = std::map<std::string, LogPtr, std::less<>>;
  ByUuid AllByUuid() const TSA_EXCLUDES(mutex_);
  void Add(LogPtr log) TSA_EXCLUDES(mutex_);
  void Remove(const Log& log) TSA_EXCLUDES(mutex_);

 private:
  mutable Mutex mutex_;
  std::map<std::string, LogPtr, std::less<>> logs_ TSA_GUARDED_BY(mutex_);
};

}  // namespace replog
