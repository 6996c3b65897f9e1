#pragma once

#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "absl/status/statusor.h"
#include "base/mutex.h"
#include "server/core/log_service.h"
#include "server/core/sync_target.h"

namespace replog {

// A sync barrier as somebody asks for it, over whatever transport.
struct SyncQuestion {
  std::string log;  // empty: `default`
  SyncTarget target;
  std::vector<std::string> nodes;  // these three as in SyncBarriers::Request
  std::string fleet;
  std::string origin;
  int64_t timeout_us = 0;
  // Whether whoever asks may see a channel. A record that is asked for by its sequence may be of one that it
  // may not: that is told (PERMISSION_DENIED), and not the channel's name. Empty: it may see all.
  std::function<bool(const std::string& channel)> may_see;
};

// The answer to a question: finds the record, then waits for the nodes. Thread-safe. Keeps itself alive until
// `done` has been called; `service` must outlive it.
class SyncCall : public std::enable_shared_from_this<SyncCall> {
 public:
  using Done = SyncBarriers::Done;
  // Calls `done` exactly once, from any thread, possibly before it returns. Errors: those of the log's and of
  // the target's look-up and of SyncBarriers::Await. The question was checked (CheckSyncQuestion).
  static std::shared_ptr<SyncCall> Start(LogService& service, SyncQuestion question, Done done);
  // Ends it with CANCELLED, if it has not ended.
  void Cancel() TSA_EXCLUDES(mutex_);

 private:
  SyncCall(LogService& service, Done done) : service_(service), done_(std::move(done)) {}
  void Find(const SyncQuestion& question, SyncBarriers::Request request);
  void Await(const SyncBarriers::Request& request) TSA_EXCLUDES(mutex_);
  void Finish(absl::StatusOr<SyncAnswer> answer);

  LogService& service_;
  Done done_;  // until it is called

  Mutex mutex_;
  bool cancelled_ TSA_GUARDED_BY(mutex_) = false;
  std::optional<SyncBarriers::Id> barrier_ TSA_GUARDED_BY(mutex_);
};

// Checks the names in the question: of a key's channel and key (as `key.channel` and `key.key`), and whom to
// wait for.
absl::Status CheckSyncQuestion(const SyncQuestion& question, const Limits& limits);

}  // namespace replog
