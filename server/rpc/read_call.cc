#include "server/rpc/read_call.h"

#include "absl/strings/str_cat.h"
#include "base/error.h"
#include "server/core/page.h"
#include "server/rpc/buffers.h"
#include "server/rpc/convert.h"
#include "server/rpc/status_map.h"

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

}  // namespace

ReadCall* ReadCall::Create(LogService& service, HeldBytes& held, const grpc::CallbackServerContext& context,
                           const grpc::ByteBuffer& request, grpc::ByteBuffer& response) {
  auto* call = new ReadCall(service, held);
  auto message = std::make_shared<v1::ReadRequest>();
  if (const auto status = Parse(request, *message); !status.ok()) {
    call->Finish(ToGrpcStatus(status));
    return call;
  }
  // The context and the response live until OnDone, which waits for Finish.
  service.blocking().Post([call, message, &context, &response] {
    // A client that has given up already must not cost a read.
    call->Finish(context.IsCancelled() ? grpc::Status::CANCELLED
                                       : ToGrpcStatus(call->Run(*message, response)));
  });
  return call;
}

absl::Status ReadCall::Run(const v1::ReadRequest& request, grpc::ByteBuffer& response) {
  if (held_ > kMaxHeldBytes) {
    return MakeError(Reason::kBusy, "too many pages wait for clients to take them; try again");
  }
  auto log = service_.logs().Find(request.log());
  if (!log.ok()) return log.status();
  const auto wanted = ToPageRequest(request, service_.options().limits);
  if (!wanted.ok()) return wanted.status();
  auto page = ReadPage(*wanted, **log, service_.store());
  if (!page.ok()) return page.status();
  v1::ReadResponse rest;
  rest.set_next_sequence(page->next);
  rest.set_committed_end(page->committed_end);
  rest.set_at_end(page->at_end);
  rest.set_first_kept_sequence(page->first_kept);
  if (!request.backward()) FillPosition((*log)->PositionAt(page->next), *rest.mutable_position());
  const auto records = std::make_shared<const std::string>(std::move(page->records));
  bytes_ = records->size();
  held_ += bytes_;
  std::vector<Piece> pieces;
  if (!records->empty()) pieces.push_back({records, *records});
  response = Concatenate(std::move(pieces), rest);
  return absl::OkStatus();
}

void ReadCall::OnDone() {
  held_ -= bytes_;
  delete this;
}

}  // namespace replog
