#pragma once

#include <grpcpp/server_context.h>
#include <grpcpp/support/server_callback.h>

#include <functional>
#include <string>

#include "absl/status/status.h"
#include "absl/strings/str_cat.h"
#include "base/error.h"
#include "server/core/executor.h"
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

// The answer of a method whose behaviour is still to come.
inline absl::Status MethodNotBuilt(const std::string& method) {
  return MakeError(Reason::kNotBuilt, absl::StrCat(method, ": is not supported by this server yet"),
                   {{"method", method}});
}

}  // namespace replog
