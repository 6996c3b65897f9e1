#pragma once

#include <random>
#include <string>
#include <vector>

#include "tests/faults/model/log_model.h"

namespace replog::model {

// What is asked next, by chance. Looks at the model, so that what is asked is often, but not always, what
// succeeds. Not thread-safe.
class Chance {
 public:
  explicit Chance(uint64_t seed) : random_(seed) {}

  uint64_t Below(uint64_t bound) { return random_() % bound; }
  bool OneIn(uint64_t n) { return Below(n) == 0; }

  std::string LogName();
  std::string Channel();
  std::string Key() { return "key-" + std::to_string(Below(5)); }
  // A filter.
  std::vector<std::string> Channels();
  // A sequence of a log: mostly of what is kept, now and then trimmed away or past the end.
  uint64_t Sequence(const LogModel& log);

  // `identified`: every record has an id.
  v1::AppendRequest Append(ServerModel& model, const std::string& log, bool identified);
  // Anything but an append.
  Change OtherChange(ServerModel& model);

 private:
  v1::NewRecord Record(bool identified);
  void AddBody(v1::NewRecord& record);
  void AddConditions(const LogModel& log, v1::AppendRequest& request);
  v1::KeyCondition KeyCondition(const LogModel& log);

  std::mt19937_64 random_;
  uint64_t ids_ = 0;
  uint64_t texts_ = 0;
};

}  // namespace replog::model
