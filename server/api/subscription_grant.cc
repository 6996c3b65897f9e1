#include "server/api/subscription_grant.h"

namespace replog {

absl::Status SubscriptionGrant::Take(AccessControl& access, const Caller& caller, const std::string& log,
                                     const ChannelFilter& shown, const std::string& node,
                                     const std::weak_ptr<SubscriptionDriver>& driver) {
  auto slot = caller.OpenStream();
  if (!slot.ok()) return slot.status();
  slot_ = *std::move(slot);
  watch_ = access.WatchGrants(
      caller,
      [log, shown, node](const Caller& now) {
        absl::Status status = now.CheckFilter(Access::kRead, log, shown);
        if (!node.empty()) status.Update(now.CheckNode(log, node));
        return status;
      },
      [driver](const absl::Status& status) {
        if (const auto open = driver.lock()) open->End(status);
      });
  return absl::OkStatus();
}

void SubscriptionGrant::GiveBack() {
  watch_.reset();
  slot_ = StreamSlot();
}

}  // namespace replog
