#pragma once

#include <grpcpp/client_context.h>
#include <grpcpp/support/byte_buffer.h>
#include <grpcpp/support/client_callback.h>

#include <memory>
#include <string>

#include "base/mutex.h"
#include "client/internal/transport.h"
#include "client/status.h"
#include "replog/v1/replication_log.pb.h"

namespace replog::client::internal {

// One AppendStream call: requests go out as bytes that are ready, answers come in as messages.
//
// Lifetime: created by Start, deletes itself between Owner::OnDetached and Owner::OnClosed, each called
// exactly once; it keeps the owner alive until then.
class AppendStream final : private grpc::ClientBidiReactor<grpc::ByteBuffer, v1::AppendStreamResponse> {
 public:
  // Called on gRPC's threads. OnAnswer calls are in order, and all are over before OnClosed.
  class Owner {
   public:
    virtual ~Owner() = default;
    virtual void OnAnswer(const v1::AppendStreamResponse& answer) = 0;
    // The write is over; the next may begin.
    virtual void OnWritten() = 0;
    // The stream is about to go: the owner must not touch it any more.
    virtual void OnDetached() = 0;
    // How it ended. Nothing of it holds the channel any more.
    virtual void OnClosed(const Status& status) = 0;
  };

  static AppendStream* Start(const Channel& channel, std::shared_ptr<Owner> owner);

  // Reserves the one write that may be under way: when true, Write must follow. False: the stream is
  // breaking. Must be serialised with OnDetached by the owner.
  bool Reserve();
  // The request is `request` and then `further_fields`.
  void Write(std::shared_ptr<const std::string> request, const std::string& further_fields);
  // Reserves the last write, which is the word that no more follow: when true, CloseWrites must follow. The
  // server ends the stream once it has answered all.
  bool ReserveLast();
  void CloseWrites();
  void Cancel() { context_.TryCancel(); }

 private:
  explicit AppendStream(std::shared_ptr<Owner> owner) : owner_(std::move(owner)) {}

  bool ReserveLocked() TSA_REQUIRES(mutex_);
  void OnReadDone(bool ok) override;
  void OnWriteDone(bool ok) override;
  void OnWritesDoneDone(bool ok) override;
  void OnDone(const grpc::Status& status) override;
  // Gives up the hold that keeps the call open for writes from outside, once no write can begin any more.
  void EndWrite();

  const std::shared_ptr<Owner> owner_;
  grpc::ClientContext context_;
  grpc::ByteBuffer request_;
  v1::AppendStreamResponse answer_;
  Mutex mutex_;
  bool writing_ TSA_GUARDED_BY(mutex_) = false;
  bool last_written_ TSA_GUARDED_BY(mutex_) = false;
  bool ended_ TSA_GUARDED_BY(mutex_) = false;
};

}  // namespace replog::client::internal
