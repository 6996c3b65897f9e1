#pragma once

#include <grpcpp/server_context.h>
#include <grpcpp/support/server_callback.h>

#include <functional>
#include <memory>

#include "absl/status/statusor.h"
#include "base/error.h"
#include "server/core/executor.h"
#include "server/rpc/buffers.h"
#include "server/rpc/gate.h"
#include "server/rpc/status_map.h"

// Unary calls in one line each.
namespace replog {

// Ends a call at once.
inline grpc::ServerUnaryReactor* FinishNow(grpc::CallbackServerContext* context, const absl::Status& status) {
  auto* reactor = context->DefaultReactor();
  reactor->Finish(ToGrpcStatus(status));
  return reactor;
}

// Runs `call` where it may block, and ends the call with what it returns.
inline grpc::ServerUnaryReactor* FinishOn(Executor& executor, grpc::CallbackServerContext* context,
                                          std::function<absl::Status()> call) {
  auto* reactor = context->DefaultReactor();
  executor.Post([reactor, call = std::move(call)] { reactor->Finish(ToGrpcStatus(call())); });
  return reactor;
}

// A call of a raw method from its beginning to its end: asks whether the caller may make it, runs `call`
// where it may block, and answers with what it has filled in. Raw, so that bytes that are no message are
// refused as MALFORMED: gRPC itself answers them with UNIMPLEMENTED and no word of why. `gate` must outlive
// the call.
template <typename Request, typename Response>
using AnswerNow = std::function<absl::Status(const Granted<Request>&, Response&)>;
template <typename Request, typename Response>
grpc::ServerUnaryReactor* FinishRawOn(const Gate& gate, Executor& executor,
                                      grpc::CallbackServerContext* context, const grpc::ByteBuffer* encoded,
                                      grpc::ByteBuffer* answer, AnswerNow<Request, Response> call) {
  auto granted = gate.Open<Request>(*context, *encoded);
  if (!granted.ok()) return FinishNow(context, granted.status());
  auto shared = std::make_shared<const Granted<Request>>(*std::move(granted));
  return FinishOn(executor, context, [&gate, shared, answer, call = std::move(call)]() -> absl::Status {
    Response response;
    absl::Status status = call(*shared, response);
    gate.Note(*shared, status);
    if (status.ok()) *answer = Concatenate({}, response);
    return status;
  });
}

// The same of a `call` that does not block and calls `done` once, from any thread, possibly later.
template <typename Request, typename Response>
grpc::ServerUnaryReactor* FinishRawLater(
    const Gate& gate, grpc::CallbackServerContext* context, const grpc::ByteBuffer* encoded,
    grpc::ByteBuffer* answer,
    const std::function<void(const Granted<Request>&, AnswerLater<Response> done)>& call) {
  auto granted = gate.Open<Request>(*context, *encoded);
  if (!granted.ok()) return FinishNow(context, granted.status());
  auto* reactor = context->DefaultReactor();
  const auto shared = std::make_shared<const Granted<Request>>(*std::move(granted));
  call(*shared, [&gate, shared, reactor, answer](const absl::StatusOr<Response>& response) {
    gate.Note(*shared, response.status());
    if (response.ok()) *answer = Concatenate({}, *response);
    reactor->Finish(ToGrpcStatus(response.status()));
  });
  return reactor;
}

}  // namespace replog
