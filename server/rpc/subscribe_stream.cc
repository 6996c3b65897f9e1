#include "server/rpc/subscribe_stream.h"

#include <utility>

#include "absl/strings/str_cat.h"
#include "base/error.h"
#include "server/api/convert.h"
#include "server/core/names.h"
#include "server/rpc/buffers.h"
#include "server/rpc/status_map.h"

namespace replog {
namespace {

// Nullopt when the subscriber is no node.
absl::StatusOr<std::optional<NodeRegistry::Registration>> ToRegistration(
    const v1::SubscribeRequest& request) {
  if (request.node().empty()) {
    if (request.fleet().empty()) return std::nullopt;
    return MakeError(Reason::kInvalidField, "fleet: needs `node`", {{"field", "fleet"}});
  }
  if (auto status = CheckNodeName(request.node(), "node"); !status.ok()) return status;
  if (!request.fleet().empty()) {
    if (auto status = CheckNodeName(request.fleet(), "fleet"); !status.ok()) return status;
  }
  return NodeRegistry::Registration{
      request.node(), request.fleet(), {request.channels().begin(), request.channels().end()}};
}

std::vector<std::string> PatternsOf(const ChannelFilter& filter) {
  std::vector<std::string> patterns = filter.names();
  for (const std::string& prefix : filter.prefixes()) patterns.push_back(prefix + "*");
  return patterns;
}

absl::StatusOr<size_t> FrameBytes(uint32_t wanted) {
  if (wanted == 0) return kDefaultFrameBytes;
  if (wanted >= kMinFrameBytes && wanted <= kMaxFrameBytes) return wanted;
  return MakeError(
      Reason::kInvalidField,
      absl::StrCat("max_frame_bytes: is ", wanted, ", the range is ", kMinFrameBytes, " to ", kMaxFrameBytes),
      {{"field", "max_frame_bytes"}, {"value", std::to_string(wanted)}});
}

}  // namespace

SubscribeStream* SubscribeStream::Create(LogService& service, const Gate& gate,
                                         const grpc::CallbackServerContext& context,
                                         const grpc::ByteBuffer& request) {
  std::shared_ptr<SubscribeStream> stream(
      new SubscribeStream(service, gate.connections().Begin(context.peer())));
  stream->self_ = stream;
  const auto call = gate.Open<v1::SubscribeRequest>(context, request);
  const absl::Status status = call.ok() ? stream->Begin(gate.access(), *call) : call.status();
  if (!status.ok()) stream->EndWith(status);
  return stream.get();
}

absl::Status SubscribeStream::Begin(AccessControl& access, const Granted<v1::SubscribeRequest>& call) {
  const v1::SubscribeRequest& request = call.request;
  auto registration = ToRegistration(request);
  if (!registration.ok()) return registration.status();
  Subscription::Options options;
  const auto frame_bytes = FrameBytes(request.max_frame_bytes());
  if (!frame_bytes.ok()) return frame_bytes.status();
  options.max_frame_bytes = *frame_bytes;
  auto filter = ToFilter(request.channels(), service().options().limits);
  if (!filter.ok()) return filter.status();
  options.filter = *std::move(filter);
  if (request.has_until_sequence()) options.until = request.until_sequence();
  options.table = request.table();
  const auto start = ToStart(request);
  if (!start.ok()) return start.status();
  // Nobody but the server follows the server's own log as a node: each acknowledgement would be a record of
  // it.
  auto log = registration->has_value() ? service().logs().FindForChange(request.log())
                                       : service().logs().Find(request.log());
  if (!log.ok()) return log.status();
  auto shown = call.caller.Narrow(Access::kRead, (*log)->name(), options.filter);
  if (!shown.ok()) return shown.status();
  options.filter = *std::move(shown);
  auto taken =
      grant_.Take(access, call.caller, (*log)->name(), options.filter, request.node(), weak_from_this());
  if (!taken.ok()) return taken;
  Open(*std::move(log));
  if (registration->has_value()) {
    // What it is not shown it is not asked about.
    (*registration)->channels = PatternsOf(options.filter);
    BeginAsNode(**registration, call.peer, *start, std::move(options));
  } else {
    BeginFrom(*start, std::move(options));
  }
  return absl::OkStatus();
}

void SubscribeStream::SendFrame(Frame frame) {
  v1::SubscribeResponse rest;
  rest.set_next_sequence(frame.next_sequence);
  rest.set_committed_end(frame.committed_end);
  rest.set_caught_up(frame.caught_up);
  rest.set_table_complete(frame.table_complete);
  rest.set_acknowledge(frame.acknowledge);
  if (frame.digest_checkpoint) rest.set_digest_checkpoint(frame.next_sequence);
  if (frame.position) FillPosition(*frame.position, *rest.mutable_position());
  if (frame.first_kept) rest.set_first_kept_sequence(*frame.first_kept);
  outgoing_ = Concatenate(std::move(frame.records), rest);
  StartWrite(&outgoing_);
}

void SubscribeStream::Finish(const absl::Status& status) {
  grant_.GiveBack();
  grpc::ServerWriteReactor<grpc::ByteBuffer>::Finish(ToGrpcStatus(status));
}

void SubscribeStream::OnWriteDone(bool ok) {
  outgoing_.Clear();  // an idle stream holds no frame
  OnSent(ok);
}

void SubscribeStream::OnCancel() { End(MakeError(Reason::kCancelled, "the client is gone")); }

}  // namespace replog
