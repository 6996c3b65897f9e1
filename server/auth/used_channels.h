#pragma once

#include <map>
#include <set>
#include <string>
#include <string_view>

#include "absl/status/status.h"
#include "server/auth/caller.h"

namespace replog {

// To which channels a stream has appended, so that a new access file can be asked whether they are still
// granted. Of each log it remembers so many channels; when there are more, or the caller has all of them, it
// takes the stream to have used all that the caller had of the log. Not thread-safe.
class UsedChannels {
 public:
  static constexpr size_t kMaxChannels = 64;  // of a log

  // `caller` has the grant.
  void Add(const Caller& caller, std::string_view log, std::string_view channel);
  // All channels of the log.
  void AddAll(std::string_view log);
  // PERMISSION_DENIED for the first that is not.
  absl::Status CheckStillGranted(const Caller& now) const;

 private:
  struct OfLog {
    std::set<std::string, std::less<>> names;
    NamePatterns rest;  // once there were too many names; else empty
  };
  std::map<std::string, OfLog, std::less<>> logs_;
};

}  // namespace replog
