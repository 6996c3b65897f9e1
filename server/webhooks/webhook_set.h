#pragma once

#include <map>
#include <memory>
#include <string>
#include <string_view>

#include "absl/status/status.h"
#include "base/clock.h"
#include "base/mutex.h"
#include "server/auth/usage.h"
#include "server/webhooks/webhook.h"

namespace replog {

// The webhooks that are taken in now. Thread-safe.
class WebhookSet {
 public:
  // None until it is loaded. `clock` must outlive it.
  explicit WebhookSet(Clock& clock = SystemClock()) : clock_(clock) {}

  // Reads a file (webhooks_file.h); secret files are looked for beside it. No path: no webhooks. After an
  // error what was loaded before goes on. INVALID_ARGUMENT. Blocks on the files.
  absl::Status Load(const std::string& path) TSA_EXCLUDES(mutex_);

  // Null: there is none of that name. What was found stays as it is after another Load.
  std::shared_ptr<const Webhook> Find(std::string_view name) const TSA_EXCLUDES(mutex_);

  // Counts a delivery against the limit that the webhook of that name has now. RATE_LIMITED.
  absl::Status Admit(std::string_view name) const TSA_EXCLUDES(mutex_);

 private:
  struct Entry {
    std::shared_ptr<const Webhook> webhook;
    std::shared_ptr<Usage> usage;  // outlives a reload, which must not begin anew what was counted
  };
  using ByName = std::map<std::string, Entry, std::less<>>;

  // Null: there is none of that name.
  std::shared_ptr<Usage> UsageOf(std::string_view name) const TSA_EXCLUDES(mutex_);

  Clock& clock_;
  mutable Mutex mutex_;
  ByName webhooks_ TSA_GUARDED_BY(mutex_);
};

}  // namespace replog
