#pragma once

#include <grpcpp/server_context.h>
#include <grpcpp/support/server_callback.h>

#include <functional>
#include <memory>

#include "absl/functional/any_invocable.h"
#include "absl/status/statusor.h"
#include "base/error.h"
#include "server/core/executor.h"
#include "server/rpc/buffers.h"
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

// The same with the messages of a raw method, so that bytes that are no message are refused as MALFORMED:
// gRPC itself answers them with UNIMPLEMENTED and no word of why.
template <typename Request, typename Response>
grpc::ServerUnaryReactor* FinishRawOn(Executor& executor, grpc::CallbackServerContext* context,
                                      const grpc::ByteBuffer* encoded, grpc::ByteBuffer* answer,
                                      std::function<absl::Status(const Request&, Response&)> call) {
  auto request = std::make_shared<Request>();
  if (auto status = Parse(*encoded, *request); !status.ok()) return FinishNow(context, status);
  return FinishOn(executor, context, [request, answer, call = std::move(call)]() -> absl::Status {
    Response response;
    if (auto status = call(*request, response); !status.ok()) return status;
    *answer = Concatenate({}, response);
    return absl::OkStatus();
  });
}

// Runs `call`, which does not block and calls `done` once, from any thread, possibly later.
template <typename Response>
using AnswerLater = absl::AnyInvocable<void(absl::StatusOr<Response>)>;
template <typename Request, typename Response>
grpc::ServerUnaryReactor* FinishRawLater(
    grpc::CallbackServerContext* context, const grpc::ByteBuffer* encoded, grpc::ByteBuffer* answer,
    const std::function<void(const Request&, AnswerLater<Response> done)>& call) {
  Request request;
  if (auto status = Parse(*encoded, request); !status.ok()) return FinishNow(context, status);
  auto* reactor = context->DefaultReactor();
  call(request, [reactor, answer](const absl::StatusOr<Response>& response) {
    if (response.ok()) *answer = Concatenate({}, *response);
    reactor->Finish(ToGrpcStatus(response.status()));
  });
  return reactor;
}

}  // namespace replog
