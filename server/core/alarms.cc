#include "server/core/alarms.h"

namespace replog {

void Alarms::Raise(const std::string& name, const std::string& text) {
  {
    MutexLock lock(mutex_);
    if (!active_.emplace(name, text).second) return;
  }
  if (on_change_) on_change_({name, true, text});
}

void Alarms::Clear(const std::string& name, const std::string& text) {
  {
    MutexLock lock(mutex_);
    if (active_.erase(name) == 0) return;
  }
  if (on_change_) on_change_({name, false, text});
}

std::map<std::string, std::string> Alarms::Active() const {
  MutexLock lock(mutex_);
  return active_;
}

}  // namespace replog
