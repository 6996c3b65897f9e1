#include "server/core/expiry_schedule.h"

#include <algorithm>

namespace replog {

void ExpirySchedule::Add(const LogPtr& log, const ExpiryPlace& from, int64_t look_us) {
  MutexLock lock(mutex_);
  // Marked before it is forgotten, so it never comes back.
  if (log->deleted) return;
  Entry& entry = entries_[log->number()];
  entry.log = log;
  entry.from = std::min(entry.from, from);
  if (look_us >= entry.look_us) return;
  by_look_.erase({entry.look_us, log->number()});
  by_look_.emplace(look_us, log->number());
  entry.look_us = look_us;
}

void ExpirySchedule::Forget(const Log& log) {
  MutexLock lock(mutex_);
  const auto entry = entries_.find(log.number());
  if (entry == entries_.end()) return;
  by_look_.erase({entry->second.look_us, log.number()});
  entries_.erase(entry);
}

bool ExpirySchedule::HasDue(int64_t now_us) const {
  MutexLock lock(mutex_);
  return !by_look_.empty() && by_look_.begin()->first < now_us;
}

std::optional<ExpirySchedule::Due> ExpirySchedule::TakeDue(int64_t now_us) {
  MutexLock lock(mutex_);
  if (by_look_.empty() || by_look_.begin()->first >= now_us) return {};
  const auto entry = entries_.find(by_look_.begin()->second);
  Due due{std::move(entry->second.log), std::move(entry->second.from)};
  entries_.erase(entry);
  by_look_.erase(by_look_.begin());
  return due;
}

}  // namespace replog
