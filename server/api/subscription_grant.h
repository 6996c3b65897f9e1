#pragma once

#include <memory>
#include <string>

#include "absl/status/status.h"
#include "server/auth/access_control.h"
#include "server/core/subscription_driver.h"

namespace replog {

// What an open subscription has of its caller: one of its streams, and the grant for what it shows. Not
// thread-safe: taken before the subscription begins, given back as it finishes.
class SubscriptionGrant {
 public:
  // `driver` is ended when the grant for `shown` of `log`, or for being `node` (empty: none), is taken away.
  // TOO_MANY_STREAMS. `access` must outlive this.
  absl::Status Take(AccessControl& access, const Caller& caller, const std::string& log,
                    const ChannelFilter& shown, const std::string& node,
                    const std::weak_ptr<SubscriptionDriver>& driver);
  void GiveBack();

 private:
  StreamSlot slot_;
  std::unique_ptr<AccessControl::Watch> watch_;
};

}  // namespace replog
