#pragma once

#include <functional>
#include <string>
#include <type_traits>
#include <utility>

#include "server/http/answers.h"
#include "server/http/blocking_answer.h"
#include "server/http/json.h"
#include "server/http/routes.h"

// Routes that are another way in to a method of the contract: a request is made of what the call says, and
// its caller is asked for the same grants as over gRPC. So a method without a rule has no route either.
namespace replog {

using Handler = std::function<void(const Call& call, Reply reply)>;
// Reads a call's path, query and body. Errors are the answer.
template <typename Request>
using MakeRequest = std::function<absl::Status(const Call& call, Request& request)>;

// A request, once it is granted. That it is refused is taken note of, where the method is audited.
template <typename Request>
absl::StatusOr<Granted<Request>> GrantNoted(const ApiContext& context, const Caller& caller,
                                            const std::string& peer, Request request) {
  auto granted = GrantRequest(caller, peer, std::move(request));
  if (!granted.ok()) context.notes.NoteRefused(RuleOf<Request>(), caller.name(), peer, granted.status());
  return granted;
}

// The request of a call, once it is granted.
template <typename Request>
absl::StatusOr<Granted<Request>> OpenMethod(const ApiContext& context, const Call& call,
                                            const MakeRequest<Request>& make) {
  Request request;
  if (auto status = make(call, request); !status.ok()) return status;
  return GrantNoted(context, *call.caller, call.request.peer.address, std::move(request));
}

// What a caller may not ask of the path's log, whatever the body says; see ApiRoute.
template <typename Request>
std::function<absl::Status(const Caller&, const http::Request&)> MayAsk(const ApiContext& context) {
  return [&context](const Caller& caller, const http::Request& request) {
    Request asked;
    asked.set_log(request.Parameter("log"));
    return GrantNoted(context, caller, request.peer.address, std::move(asked)).status();
  };
}

// Answers with what `fill` makes, on a thread that may block.
template <typename Request, typename Response>
using Fill = absl::Status (*)(LogService& service, const Granted<Request>& call, Response& response);
template <typename Request, typename Response>
Handler AnswerFilled(ApiContext& context, Fill<Request, Response> fill,
                     std::type_identity_t<MakeRequest<Request>> make) {
  return [&context, fill, make = std::move(make)](const Call& call, const Reply& reply) {
    const auto granted = OpenMethod(context, call, make);
    if (!granted.ok()) return reply(granted.status());
    AnswerBlocking(
        context, call, reply,
        [&service = context.service, fill, granted = *granted]() -> absl::StatusOr<http::Response> {
          Response response;
          if (auto status = fill(service, granted, response); !status.ok()) return status;
          return JsonAnswer(response);
        });
  };
}

// The JSON of a body, which may be empty, as a request whose log is that of the path and may be said again.
template <typename Request>
absl::Status ReadBody(const Call& call, Request& request) {
  if (!call.request.body.empty()) {
    if (auto status = FromJson(call.request.body, request); !status.ok()) return status;
  }
  const std::string& log = call.Parameter("log");
  if (auto status = CheckSame("log", request.log(), log); !status.ok()) return status;
  request.set_log(log);
  return absl::OkStatus();
}

}  // namespace replog
