#include "client/internal/subscribe_stream.h"

#include <grpcpp/generic/generic_stub.h>
#include <grpcpp/impl/codegen/proto_utils.h>

#include "client/internal/reaction_scope.h"
#include "client/internal/request_id.h"
#include "client/internal/status_conversion.h"

namespace replog::client::internal {
namespace {

constexpr char kMethod[] = "/replog.v1.ReplicationLog/Subscribe";

}  // namespace

SubscribeStream* SubscribeStream::Start(const Channel& channel, const v1::SubscribeRequest& request,
                                        std::shared_ptr<Owner> owner) {
  auto* stream = new SubscribeStream(std::move(owner));
  // A server stream is a stream both ways whose client says one thing; only that form exists for raw bytes.
  grpc::TemplatedGenericStub<v1::SubscribeRequest, grpc::ByteBuffer> stub(channel);
  SetRequestId(stream->context_);
  stub.PrepareBidiStreamingCall(&stream->context_, kMethod, {}, stream);
  stream->AddHold();
  stream->StartWriteLast(&request, {});  // encoded at once
  stream->StartRead(&stream->frame_);
  stream->StartCall();
  return stream;
}

void SubscribeStream::OnReadDone(bool ok) {
  const ReactionScope scope;
  if (!ok) {
    RemoveHold();
    return;
  }
  grpc::ByteBuffer frame;
  frame.Swap(&frame_);
  if (owner_->OnFrame(frame)) StartRead(&frame_);
}

void SubscribeStream::OnDone(const grpc::Status& status) {
  const ReactionScope scope;
  const auto owner = owner_;
  const Status end = FromGrpc(status);
  owner->OnDetached();
  delete this;  // before the owner may give up the channel, so that no channel's last reference goes on this
                // thread
  owner->OnClosed(end);
}

}  // namespace replog::client::internal
