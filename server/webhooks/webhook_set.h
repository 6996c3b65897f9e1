#pragma once

#include <map>
#include <memory>
#include <string>
#include <string_view>

#include "absl/status/status.h"
#include "base/mutex.h"
#include "server/webhooks/webhook.h"

namespace replog {

// The webhooks that are taken in now. Thread-safe.
class WebhookSet {
 public:
  // None until it is loaded.
  WebhookSet() = default;

  // Reads a file (webhooks_file.h); secret files are looked for beside it. No path: no webhooks. After an
  // error what was loaded before goes on. INVALID_ARGUMENT. Blocks on the files.
  absl::Status Load(const std::string& path) TSA_EXCLUDES(mutex_);

  // Null: there is none of that name. What was found stays as it is after another Load.
  std::shared_ptr<const Webhook> Find(std::string_view name) const TSA_EXCLUDES(mutex_);

 private:
  using ByName = std::map<std::string, std::shared_ptr<const Webhook>, std::less<>>;

  mutable Mutex mutex_;
  ByName webhooks_ TSA_GUARDED_BY(mutex_);
};

}  // namespace replog
