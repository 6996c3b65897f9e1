#pragma once

#include "replog/v1/replication_log.grpc.pb.h"
#include "server/core/log_service.h"
#include "server/rpc/page_call.h"
#include "server/rpc/stoppable.h"

namespace replog {

namespace replication_log_internal {
using Stub = v1::ReplicationLog;
// The hot methods are raw, so that records are never parsed into messages; the .proto stays their contract.
using Base = Stub::WithRawCallbackMethod_Append<Stub::WithRawCallbackMethod_AppendStream<
    Stub::WithRawCallbackMethod_Subscribe<Stub::WithRawCallbackMethod_Read<
        Stub::WithRawCallbackMethod_Lookup<Stub::WithRawCallbackMethod_RegisterProducer<
            Stub::WithRawCallbackMethod_Acknowledge<Stub::WithRawCallbackMethod_AwaitSync<
                Stub::WithRawCallbackMethod_DigestTable<Stub::Service>>>>>>>>>;
}  // namespace replication_log_internal

// replog.v1.ReplicationLog over a LogService.
class ReplicationLogService final : public replication_log_internal::Base {
 public:
  // Both must outlive it.
  ReplicationLogService(LogService& service, const Gate& gate) : service_(service), gate_(gate) {}

  // Ends the streams on which clients append, and waits until their answers are out, though not long.
  void StopStreams() {
    constexpr std::chrono::seconds kPatience{5};
    streams_.StopAll();
    streams_.WaitUntilEmpty(kPatience);
  }

  grpc::ServerUnaryReactor* Append(grpc::CallbackServerContext* context, const grpc::ByteBuffer* request,
                                   grpc::ByteBuffer* response) override;
  grpc::ServerBidiReactor<grpc::ByteBuffer, grpc::ByteBuffer>* AppendStream(
      grpc::CallbackServerContext* context) override;
  grpc::ServerWriteReactor<grpc::ByteBuffer>* Subscribe(grpc::CallbackServerContext* context,
                                                        const grpc::ByteBuffer* request) override;
  grpc::ServerUnaryReactor* Read(grpc::CallbackServerContext* context, const grpc::ByteBuffer* request,
                                 grpc::ByteBuffer* response) override;

  grpc::ServerUnaryReactor* Lookup(grpc::CallbackServerContext* context, const grpc::ByteBuffer* request,
                                   grpc::ByteBuffer* response) override;
  grpc::ServerUnaryReactor* RegisterProducer(grpc::CallbackServerContext* context,
                                             const grpc::ByteBuffer* request,
                                             grpc::ByteBuffer* response) override;
  grpc::ServerUnaryReactor* Acknowledge(grpc::CallbackServerContext* context, const grpc::ByteBuffer* request,
                                        grpc::ByteBuffer* response) override;
  grpc::ServerUnaryReactor* DigestTable(grpc::CallbackServerContext* context, const grpc::ByteBuffer* request,
                                        grpc::ByteBuffer* response) override;
  grpc::ServerUnaryReactor* AwaitSync(grpc::CallbackServerContext* context, const grpc::ByteBuffer* request,
                                      grpc::ByteBuffer* response) override;

 private:
  LogService& service_;
  const Gate& gate_;
  StreamRegistry streams_;
  PageCall::HeldBytes held_page_bytes_{0};
};

}  // namespace replog
