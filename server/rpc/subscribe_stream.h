#pragma once

#include <grpcpp/support/server_callback.h>

#include <memory>
#include <string>
#include <utility>

#include "server/api/subscription_grant.h"
#include "server/core/subscription_driver.h"
#include "server/rpc/gate.h"

namespace replog {

// One Subscribe call: a subscription's frames over gRPC. Owns itself from Create to OnDone.
class SubscribeStream final : public grpc::ServerWriteReactor<grpc::ByteBuffer>, public SubscriptionDriver {
 public:
  // `service` and `gate` must outlive every call of the server.
  static SubscribeStream* Create(LogService& service, const Gate& gate,
                                 const grpc::CallbackServerContext& context, const grpc::ByteBuffer& request);

  void OnWriteDone(bool ok) override;
  void OnCancel() override;
  void OnDone() override { const auto last = std::move(self_); }

 private:
  SubscribeStream(LogService& service, Connections::Call under_way)
      : SubscriptionDriver(service), under_way_(std::move(under_way)) {}
  // Begins what is asked for, or fails.
  absl::Status Begin(AccessControl& access, const Granted<v1::SubscribeRequest>& call);
  void SendFrame(Frame frame) override;
  void Finish(const absl::Status& status) override;

  const Connections::Call under_way_;
  std::shared_ptr<SubscribeStream> self_;
  SubscriptionGrant grant_;
  grpc::ByteBuffer outgoing_;  // gRPC's while a frame is in flight
};

}  // namespace replog
