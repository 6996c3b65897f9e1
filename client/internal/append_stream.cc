#include "client/internal/append_stream.h"

#include <grpcpp/generic/generic_stub.h>
#include <grpcpp/impl/codegen/proto_utils.h>
#include <grpcpp/support/slice.h>

#include "client/internal/reaction_scope.h"
#include "client/internal/status_conversion.h"

namespace replog::client::internal {
namespace {

constexpr char kMethod[] = "/replog.v1.ReplicationLog/AppendStream";

// A buffer that owns `bytes`, without copying them.
grpc::ByteBuffer BufferOf(std::string bytes) {
  auto* owned = new std::string(std::move(bytes));
  const grpc::Slice slice(
      owned->data(), owned->size(), [](void* string) { delete static_cast<std::string*>(string); }, owned);
  return {&slice, 1};
}

}  // namespace

AppendStream* AppendStream::Start(const Channel& channel, std::shared_ptr<Owner> owner) {
  auto* stream = new AppendStream(std::move(owner));
  grpc::TemplatedGenericStub<grpc::ByteBuffer, v1::AppendStreamResponse> stub(channel);
  stub.PrepareBidiStreamingCall(&stream->context_, kMethod, {}, stream);
  stream->AddHold();
  stream->StartRead(&stream->answer_);
  stream->StartCall();
  return stream;
}

bool AppendStream::Reserve() {
  MutexLock lock(mutex_);
  return ReserveLocked();
}

bool AppendStream::ReserveLast() {
  MutexLock lock(mutex_);
  const bool reserved = ReserveLocked();
  last_written_ |= reserved;
  return reserved;
}

bool AppendStream::ReserveLocked() {
  if (ended_ || writing_ || last_written_) return false;
  writing_ = true;
  return true;
}

void AppendStream::Write(std::string request) {
  request_ = BufferOf(std::move(request));
  StartWrite(&request_);
}

void AppendStream::CloseWrites() { StartWritesDone(); }

void AppendStream::OnReadDone(bool ok) {
  const ReactionScope scope;
  if (ok) {
    owner_->OnAnswer(answer_);
    StartRead(&answer_);
    return;
  }
  bool last;
  {
    MutexLock lock(mutex_);
    ended_ = true;
    last = !writing_;
  }
  if (last) RemoveHold();
}

void AppendStream::EndWrite() {
  bool last;
  {
    MutexLock lock(mutex_);
    writing_ = false;
    last = ended_;
  }
  if (last) RemoveHold();
}

void AppendStream::OnWriteDone(bool /*ok*/) {
  const ReactionScope scope;
  // Whether the write went out is not worth asking: only an answer says what became of the request.
  request_.Clear();
  EndWrite();
  owner_->OnWritten();
}

void AppendStream::OnWritesDoneDone(bool /*ok*/) { EndWrite(); }

void AppendStream::OnDone(const grpc::Status& status) {
  const ReactionScope scope;
  const auto owner = owner_;
  const Status end = FromGrpc(status);
  owner->OnDetached();
  delete this;  // before the owner may give up the channel, so that no channel's last reference goes on this
                // thread
  owner->OnClosed(end);
}

}  // namespace replog::client::internal
