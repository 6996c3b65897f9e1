#include "server/core/log_registry.h"

#include "absl/strings/str_cat.h"
#include "base/error.h"
#include "base/utf8.h"
#include "server/core/names.h"

namespace replog {

absl::StatusOr<LogPtr> LogRegistry::Find(std::string_view name) const {
  const std::string_view wanted = LogNameOrDefault(name);
  MutexLock lock(mutex_);
  const auto found = logs_.find(wanted);
  if (found != logs_.end()) return found->second;
  const std::string shown = Excerpt(wanted);
  return MakeError(Reason::kLogNotFound, absl::StrCat("log: there is no log \"", shown, "\""),
                   {{"log", shown}});
}

absl::StatusOr<LogPtr> LogRegistry::FindForChange(std::string_view name) const {
  if (name.starts_with('_')) {
    return MakeError(Reason::kLogProtected,
                     absl::StrCat("log: \"", Excerpt(name), "\" is the product's own; it can only be read"),
                     {{"log", Excerpt(name)}});
  }
  return Find(name);
}

LogPtr LogRegistry::FindNumber(LogNumber number) const {
  MutexLock lock(mutex_);
  for (const auto& [name, log] : logs_) {
    if (log->number() == number) return log;
  }
  return nullptr;
}

LogRegistry::ByUuid LogRegistry::AllByUuid() const {
  ByUuid logs;
  for (const LogPtr& log : All()) logs.emplace(log->uuid(), log);
  return logs;
}

std::vector<LogPtr> LogRegistry::All() const {
  MutexLock lock(mutex_);
  std::vector<LogPtr> all;
  for (const auto& [name, log] : logs_) all.push_back(log);
  return all;
}

void LogRegistry::Add(LogPtr log) {
  MutexLock lock(mutex_);
  logs_[log->name()] = std::move(log);
}

void LogRegistry::Remove(const Log& log) {
  MutexLock lock(mutex_);
  const auto found = logs_.find(log.name());
  if (found != logs_.end() && found->second.get() == &log) logs_.erase(found);
}

}  // namespace replog
