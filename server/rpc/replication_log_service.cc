#include "server/rpc/replication_log_service.h"

#include "absl/strings/str_cat.h"
#include "base/error.h"
#include "server/core/page.h"
#include "server/rpc/append_stream.h"
#include "server/rpc/buffers.h"
#include "server/rpc/convert.h"
#include "server/rpc/subscribe_stream.h"
#include "server/rpc/unary.h"

namespace replog {
namespace {

template <typename Value>
absl::Status CheckAtMost(const char* field, Value value, Value limit) {
  if (value <= limit) return absl::OkStatus();
  return MakeError(Reason::kInvalidField, absl::StrCat(field, ": is ", value, ", the limit is ", limit),
                   {{"field", field}, {"limit", absl::StrCat(limit)}, {"value", absl::StrCat(value)}});
}

absl::StatusOr<PageRequest> ToPageRequest(const v1::ReadRequest& request, const Limits& limits) {
  absl::Status status = CheckAtMost<size_t>("max_records", request.max_records(), kMaxPageRecords);
  status.Update(CheckAtMost<size_t>("max_bytes", request.max_bytes(), kMaxPageBytes));
  if (!status.ok()) return status;
  auto start = ToStart(request);
  if (!start.ok()) return start.status();
  auto filter = ToFilter(request.channels(), limits);
  if (!filter.ok()) return filter.status();
  PageRequest page;
  page.start = *std::move(start);
  page.backward = request.backward();
  page.filter = *std::move(filter);
  page.max_records = request.max_records() == 0 ? kDefaultPageRecords : request.max_records();
  page.max_bytes = request.max_bytes() == 0 ? kDefaultPageBytes : request.max_bytes();
  return page;
}

absl::StatusOr<grpc::ByteBuffer> ReadOnePage(LogService& service, const v1::ReadRequest& request) {
  auto log = service.logs().Find(request.log());
  if (!log.ok()) return log.status();
  const auto wanted = ToPageRequest(request, service.options().limits);
  if (!wanted.ok()) return wanted.status();
  auto page = ReadPage(*wanted, **log, service.store());
  if (!page.ok()) return page.status();
  v1::ReadResponse rest;
  rest.set_next_sequence(page->next);
  rest.set_committed_end(page->committed_end);
  rest.set_at_end(page->at_end);
  rest.set_first_kept_sequence(page->first_kept);
  if (!request.backward()) FillPosition((*log)->PositionAt(page->next), *rest.mutable_position());
  auto records = std::make_shared<const std::string>(std::move(page->records));
  std::vector<Piece> pieces;
  if (!records->empty()) pieces.push_back({records, *records});
  return Concatenate(std::move(pieces), rest);
}

}  // namespace

grpc::ServerUnaryReactor* ReplicationLogService::Append(grpc::CallbackServerContext* context,
                                                        const grpc::ByteBuffer* request, grpc::ByteBuffer* response) {
  auto parsed = ParseAppendRequest(Flatten(*request), service_.options().limits);
  if (!parsed.ok()) return FinishNow(context, parsed.status());
  auto log = service_.logs().Find(parsed->log);
  if (!log.ok()) return FinishNow(context, log.status());
  auto* reactor = context->DefaultReactor();
  PendingAppend append{*std::move(log), *std::move(parsed), [reactor, response](absl::StatusOr<Appended> outcome) {
                         if (!outcome.ok()) return reactor->Finish(ToGrpcStatus(outcome.status()));
                         v1::AppendResponse message;
                         FillAppendResponse(*outcome, message);
                         *response = Concatenate({}, message);
                         reactor->Finish(grpc::Status::OK);
                       }};
  switch (service_.appends().TryPut(append, nullptr)) {
    case AppendQueue::Offer::kTaken:
      break;
    case AppendQueue::Offer::kFull:
      append.done(MakeError(Reason::kBusy, "the log's append queue is full; nothing was written"));
      break;
    case AppendQueue::Offer::kClosed:
      append.done(MakeError(Reason::kShuttingDown, "the server is stopping; nothing was written"));
  }
  return reactor;
}

grpc::ServerBidiReactor<grpc::ByteBuffer, grpc::ByteBuffer>* ReplicationLogService::AppendStream(
    grpc::CallbackServerContext*) {
  return replog::AppendStream::Create(service_, streams_);
}

grpc::ServerWriteReactor<grpc::ByteBuffer>* ReplicationLogService::Subscribe(grpc::CallbackServerContext*,
                                                                             const grpc::ByteBuffer* request) {
  return SubscribeStream::Create(service_, *request);
}

grpc::ServerUnaryReactor* ReplicationLogService::Read(grpc::CallbackServerContext* context,
                                                      const grpc::ByteBuffer* request, grpc::ByteBuffer* response) {
  v1::ReadRequest message;
  if (auto status = Parse(*request, message); !status.ok()) return FinishNow(context, status);
  return FinishOn(service_.blocking(), context, [this, message = std::move(message), response]() -> absl::Status {
    auto page = ReadOnePage(service_, message);
    if (!page.ok()) return page.status();
    *response = *std::move(page);
    return absl::OkStatus();
  });
}

grpc::ServerUnaryReactor* ReplicationLogService::Lookup(grpc::CallbackServerContext* context, const v1::LookupRequest*,
                                                        v1::LookupResponse*) {
  return FinishNow(context, MethodNotBuilt("Lookup"));
}

grpc::ServerUnaryReactor* ReplicationLogService::RegisterProducer(grpc::CallbackServerContext* context,
                                                                  const v1::RegisterProducerRequest*,
                                                                  v1::RegisterProducerResponse*) {
  return FinishNow(context, MethodNotBuilt("RegisterProducer"));
}

grpc::ServerUnaryReactor* ReplicationLogService::Acknowledge(grpc::CallbackServerContext* context,
                                                             const v1::AcknowledgeRequest*, v1::AcknowledgeResponse*) {
  return FinishNow(context, MethodNotBuilt("Acknowledge"));
}

grpc::ServerUnaryReactor* ReplicationLogService::AwaitSync(grpc::CallbackServerContext* context,
                                                           const v1::AwaitSyncRequest*, v1::AwaitSyncResponse*) {
  return FinishNow(context, MethodNotBuilt("AwaitSync"));
}

}  // namespace replog
