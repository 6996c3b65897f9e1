#pragma once

#include <atomic>
#include <functional>
#include <map>
#include <memory>
#include <string>
#include <vector>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "base/clock.h"
#include "base/mutex.h"
#include "server/auth/caller.h"
#include "server/auth/directory.h"

namespace replog {

// What a caller shows of itself, as its transport has it.
struct Credentials {
  std::string authorization;                   // of the header; empty: there was none
  std::vector<std::string> certificate_names;  // of a certificate that the transport has verified
};

// Who may call, and what. Thread-safe.
//
// Without an access file everybody is `anonymous`, with every grant.
class AccessControl {
 public:
  // Reads `access_file` (see access_file.h); empty: none. `clock` must outlive it and its callers.
  static absl::StatusOr<std::unique_ptr<AccessControl>> Open(std::string access_file, Clock& clock);
  // Without an access file; Replace gives it principals.
  explicit AccessControl(Clock& clock);

  // UNAUTHENTICATED, TOKEN_EXPIRED. What is wrong with a credential is not told. A header that is there
  // decides alone: a bad one is refused also with a good certificate.
  absl::StatusOr<Caller> Identify(const Credentials& credentials) const TSA_EXCLUDES(mutex_);

  // Reads the access file again and puts it in force, all at once; then ends what it no longer grants. What
  // is wrong with the file is returned, and the one before stays in force. Without a file nothing happens.
  absl::Status Reload() TSA_EXCLUDES(mutex_);
  // The same with principals that are at hand, as ParseAccessFile gives them.
  void Replace(std::vector<Principal> principals) TSA_EXCLUDES(mutex_);
  // Ends what goes on under a token that has expired. To be called now and then.
  void EndExpired() TSA_EXCLUDES(mutex_) { RecheckAll(); }

  // Something that goes on for long, watched for as long as this lives.
  class Watch {
   public:
    ~Watch() { owner_.Remove(id_); }
    Watch(const Watch&) = delete;
    Watch& operator=(const Watch&) = delete;

   private:
    friend class AccessControl;
    Watch(AccessControl& owner, uint64_t id) : owner_(owner), id_(id) {}
    AccessControl& owner_;
    const uint64_t id_;
  };
  // Whether it may go on, asked with the caller as the new access file has it.
  using StillGranted = std::function<absl::Status(const Caller& now)>;
  // Calls `on_revoked` at most once, when the caller's credential is gone or expired (UNAUTHENTICATED,
  // TOKEN_EXPIRED), or when `still_granted` says no: with GRANT_REVOKED and what it said. Both are called
  // from any thread, without a lock of ours, possibly before this returns (the file may have changed since
  // the caller was identified) and while the watch is being taken away: they must own what they use.
  // Must outlive the watch. Null of an anonymous caller, from whom nothing can be taken.
  std::unique_ptr<Watch> WatchGrants(const Caller& caller, StillGranted still_granted,
                                     std::function<void(const absl::Status&)> on_revoked)
      TSA_EXCLUDES(mutex_);

 private:
  struct Watched {
    std::string principal;
    Identity identity;
    StillGranted still_granted;
    std::function<void(const absl::Status&)> on_revoked;
    std::atomic<bool> ended{false};
  };
  absl::StatusOr<Caller> CallerOf(Identity identity) const TSA_EXCLUDES(mutex_);
  absl::Status Judge(const Watched& watched) const;
  void Recheck(Watched& watched) const;
  void RecheckAll() TSA_EXCLUDES(mutex_);
  void Remove(uint64_t id) TSA_EXCLUDES(mutex_);

  Clock& clock_;
  std::string access_file_;  // constant once open
  const Caller anonymous_;
  mutable Mutex mutex_;
  std::shared_ptr<const Directory> directory_ TSA_GUARDED_BY(mutex_);  // null: everybody is anonymous
  // Outlive a reload, which must not begin anew what was counted.
  std::map<std::string, std::shared_ptr<Usage>> usage_ TSA_GUARDED_BY(mutex_);  // by principal
  std::map<uint64_t, std::shared_ptr<Watched>> watched_ TSA_GUARDED_BY(mutex_);
  uint64_t next_id_ TSA_GUARDED_BY(mutex_) = 0;
};

}  // namespace replog
