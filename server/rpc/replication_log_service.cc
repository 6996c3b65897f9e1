#include "server/rpc/replication_log_service.h"

#include "absl/strings/str_cat.h"
#include "base/error.h"
#include "server/api/audit_answers.h"
#include "server/api/convert.h"
#include "server/api/page_answers.h"
#include "server/rpc/acknowledge.h"
#include "server/rpc/append_stream.h"
#include "server/rpc/await_sync_call.h"
#include "server/rpc/buffers.h"
#include "server/rpc/call_watch.h"
#include "server/rpc/page_call.h"
#include "server/rpc/register_producer.h"
#include "server/rpc/subscribe_stream.h"
#include "server/rpc/unary.h"

namespace replog {
grpc::ServerUnaryReactor* ReplicationLogService::Append(grpc::CallbackServerContext* context,
                                                        const grpc::ByteBuffer* request,
                                                        grpc::ByteBuffer* response) {
  const auto caller = gate_.Enter<v1::AppendRequest>(*context);
  if (!caller.ok()) return FinishNow(context, caller.status());
  auto parsed = ParseGrantedAppend(*caller, Flatten(*request), service_.options().limits);
  if (!parsed.ok()) return FinishNow(context, parsed.status());
  auto log = service_.logs().FindForChange(parsed->log);
  if (!log.ok()) return FinishNow(context, log.status());
  auto* reactor = context->DefaultReactor();
  service_.appends().Put({*std::move(log), *std::move(parsed),
                          [reactor, response](absl::StatusOr<Appended> outcome) {
                            if (!outcome.ok()) return reactor->Finish(ToGrpcStatus(outcome.status()));
                            v1::AppendResponse message;
                            FillAppendResponse(*outcome, message);
                            *response = Concatenate({}, message);
                            reactor->Finish(grpc::Status::OK);
                          },
                          std::make_shared<const CallOrigin>(OriginOf(*context))});
  return reactor;
}

grpc::ServerBidiReactor<grpc::ByteBuffer, grpc::ByteBuffer>* ReplicationLogService::AppendStream(
    grpc::CallbackServerContext* context) {
  return replog::AppendStream::Create(service_, gate_, *context, streams_);
}

grpc::ServerWriteReactor<grpc::ByteBuffer>* ReplicationLogService::Subscribe(
    grpc::CallbackServerContext* context, const grpc::ByteBuffer* request) {
  return SubscribeStream::Create(service_, gate_, *context, *request);
}

grpc::ServerUnaryReactor* ReplicationLogService::Read(grpc::CallbackServerContext* context,
                                                      const grpc::ByteBuffer* request,
                                                      grpc::ByteBuffer* response) {
  return PageCall::Create(service_, gate_, held_page_bytes_, *context, *request, *response, AnswerRead);
}

grpc::ServerUnaryReactor* ReplicationLogService::Lookup(grpc::CallbackServerContext* context,
                                                        const grpc::ByteBuffer* encoded,
                                                        grpc::ByteBuffer* response) {
  return PageCall::Create(service_, gate_, held_page_bytes_, *context, *encoded, *response, AnswerLookup);
}

grpc::ServerUnaryReactor* ReplicationLogService::RegisterProducer(grpc::CallbackServerContext* context,
                                                                  const grpc::ByteBuffer* request,
                                                                  grpc::ByteBuffer* response) {
  return FinishRawLater<v1::RegisterProducerRequest, v1::RegisterProducerResponse>(
      gate_, context, request, response,
      [this](const Granted<v1::RegisterProducerRequest>& call,
             AnswerLater<v1::RegisterProducerResponse> done) {
        replog::RegisterProducer(service_, call.request, std::move(done));
      });
}

grpc::ServerUnaryReactor* ReplicationLogService::Acknowledge(grpc::CallbackServerContext* context,
                                                             const grpc::ByteBuffer* request,
                                                             grpc::ByteBuffer* response) {
  return FinishRawLater<v1::AcknowledgeRequest, v1::AcknowledgeResponse>(
      gate_, context, request, response,
      [this](const Granted<v1::AcknowledgeRequest>& call, AnswerLater<v1::AcknowledgeResponse> done) {
        replog::Acknowledge(service_, call.request, std::move(done));
      });
}

grpc::ServerUnaryReactor* ReplicationLogService::DigestTable(grpc::CallbackServerContext* context,
                                                             const grpc::ByteBuffer* request,
                                                             grpc::ByteBuffer* response) {
  return FinishRawOn<v1::DigestTableRequest, v1::DigestTableResponse>(
      gate_, service_.blocking(), context, request, response,
      [this](const Granted<v1::DigestTableRequest>& call, v1::DigestTableResponse& response) {
        return AnswerDigestTable(service_, call.request, response);
      });
}

grpc::ServerUnaryReactor* ReplicationLogService::AwaitSync(grpc::CallbackServerContext* context,
                                                           const grpc::ByteBuffer* request,
                                                           grpc::ByteBuffer* response) {
  return AwaitSyncCall::Create(service_, gate_, *context, *request, *response);
}

}  // namespace replog
