#pragma once

#include <functional>
#include <map>
#include <string>

#include "base/mutex.h"

namespace replog {

// What stands still in the server although it should go on, and that an operator should know. Thread-safe.
class Alarms {
 public:
  struct Change {
    std::string name;  // of the alarm: stable, for programs
    bool raised = false;
    std::string text;  // for people: what stands still and why, or that it goes on
  };
  // `on_change` is called for each, by whoever caused it, for instance to write it to the server's log.
  explicit Alarms(std::function<void(const Change&)> on_change = {}) : on_change_(std::move(on_change)) {}

  // Nothing changes for an alarm that is raised already, or that is not.
  void Raise(const std::string& name, const std::string& text) TSA_EXCLUDES(mutex_);
  void Clear(const std::string& name, const std::string& text) TSA_EXCLUDES(mutex_);

  // Those that are raised, by name, with their texts.
  std::map<std::string, std::string> Active() const TSA_EXCLUDES(mutex_);

 private:
  const std::function<void(const Change&)> on_change_;
  mutable Mutex mutex_;
  std::map<std::string, std::string> active_ TSA_GUARDED_BY(mutex_);
};

}  // namespace replog
