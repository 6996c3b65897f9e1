#pragma once

#include <atomic>
#include <functional>
#include <memory>
#include <utility>

#include "base/mutex.h"
#include "server/api/granted.h"
#include "server/auth/access_control.h"
#include "server/http/call.h"

namespace replog {

// A call that waits. It is answered once: with what it waited for, or with GRANT_REVOKED when what it needs
// is taken from its caller, whichever comes first. Thread-safe; made by std::make_shared, and lives until who
// answers it is done with it.
template <typename Request>
class WatchedCall : public std::enable_shared_from_this<WatchedCall<Request>> {
 public:
  WatchedCall(Granted<Request> granted, Reply reply)
      : reply_(std::move(reply)), caller_(granted.caller), granted_(std::move(granted)) {}

  const Granted<Request>& granted() const { return granted_; }

  // Who calls, with the grants as they are now: what the answer may show is asked of it.
  Caller caller() const TSA_EXCLUDES(mutex_) {
    MutexLock lock(mutex_);
    return caller_;
  }

  // Has the grants looked at from now on; once. `on_revoked` comes after the answer, if that was it.
  void Watch(AccessControl& access, std::function<void(const absl::Status&)> on_revoked) {
    watch_ = access.WatchGrants(
        granted_.caller,
        [weak = this->weak_from_this()](const Caller& now) {
          const auto self = weak.lock();
          return self == nullptr ? absl::OkStatus() : self->Check(now);
        },
        [weak = this->weak_from_this(), on_revoked = std::move(on_revoked)](const absl::Status& revoked) {
          const auto self = weak.lock();
          if (self != nullptr && self->Answer(revoked)) on_revoked(revoked);
        });
  }

  // False: it was answered before.
  bool Answer(absl::StatusOr<http::Response> answer) {
    if (answered_.exchange(true)) return false;
    reply_(std::move(answer));
    return true;
  }

 private:
  absl::Status Check(const Caller& now) TSA_EXCLUDES(mutex_) {
    MutexLock lock(mutex_);
    caller_ = now;
    return CheckGrants(now, granted_.request);
  }

  const Reply reply_;
  mutable Mutex mutex_;
  Caller caller_ TSA_GUARDED_BY(mutex_);
  const Granted<Request> granted_;
  std::atomic<bool> answered_{false};
  std::unique_ptr<AccessControl::Watch> watch_;
};

}  // namespace replog
