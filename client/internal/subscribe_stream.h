#pragma once

#include <grpcpp/client_context.h>
#include <grpcpp/support/byte_buffer.h>
#include <grpcpp/support/client_callback.h>

#include <memory>

#include "client/internal/transport.h"
#include "client/status.h"
#include "replog/v1/replication_log.pb.h"

namespace replog::client::internal {

// One Subscribe call, its frames as the bytes that came.
//
// Lifetime: created by Start, deletes itself between Owner::OnDetached and Owner::OnClosed, each called
// exactly once; it keeps the owner alive until then.
class SubscribeStream final : private grpc::ClientBidiReactor<v1::SubscribeRequest, grpc::ByteBuffer> {
 public:
  // Called on gRPC's threads, one call at a time.
  class Owner {
   public:
    virtual ~Owner() = default;
    // Whether to read the next frame at once; else ReadMore must follow.
    virtual bool OnFrame(const grpc::ByteBuffer& frame) = 0;
    // The stream is about to go: the owner must not touch it any more.
    virtual void OnDetached() = 0;
    // How it ended. Nothing of it holds the channel any more.
    virtual void OnClosed(const Status& status) = 0;
  };

  static SubscribeStream* Start(const Channel& channel, const v1::SubscribeRequest& request,
                                std::shared_ptr<Owner> owner);

  // After OnFrame answered false, once.
  void ReadMore() { StartRead(&frame_); }
  // The stream closes soon, if the owner reads on.
  void Cancel() { context_.TryCancel(); }

 private:
  explicit SubscribeStream(std::shared_ptr<Owner> owner) : owner_(std::move(owner)) {}

  void OnReadDone(bool ok) override;
  void OnDone(const grpc::Status& status) override;

  const std::shared_ptr<Owner> owner_;
  grpc::ClientContext context_;
  grpc::ByteBuffer frame_;
};

}  // namespace replog::client::internal
