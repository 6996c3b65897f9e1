#include "client/internal/append_stream.h"

#include <grpcpp/generic/generic_stub.h>
#include <grpcpp/impl/codegen/proto_utils.h>
#include <grpcpp/support/slice.h>

#include "client/internal/reaction_scope.h"
#include "client/internal/request_id.h"
#include "client/internal/status_conversion.h"

namespace replog::client::internal {
namespace {

constexpr char kMethod[] = "/replog.v1.ReplicationLog/AppendStream";

using SharedBytes = std::shared_ptr<const std::string>;

// A slice of shared bytes, without copying them.
grpc::Slice SliceOf(SharedBytes bytes) {
  auto* owned = new SharedBytes(std::move(bytes));
  // gRPC only reads it.
  return {const_cast<char*>((*owned)->data()), (*owned)->size(),
          [](void* shared) { delete static_cast<SharedBytes*>(shared); }, owned};
}

}  // namespace

AppendStream* AppendStream::Start(const Channel& channel, std::shared_ptr<Owner> owner) {
  auto* stream = new AppendStream(std::move(owner));
  grpc::TemplatedGenericStub<grpc::ByteBuffer, v1::AppendStreamResponse> stub(channel);
  SetRequestId(stream->context_);
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

void AppendStream::Write(std::shared_ptr<const std::string> request, const std::string& further_fields) {
  const grpc::Slice slices[] = {SliceOf(std::move(request)), grpc::Slice(further_fields)};
  request_ = grpc::ByteBuffer(slices, further_fields.empty() ? 1 : 2);
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
