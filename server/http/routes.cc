#include "server/http/routes.h"

#include "absl/strings/str_cat.h"
#include "base/error.h"
#include "base/http/media_type.h"
#include "server/core/refusal_counters.h"
#include "server/http/answers.h"
#include "server/http/request_id.h"

namespace replog {
namespace {

constexpr char kPrefix[] = "/replication-log";

// Content types that a page of another site cannot send without asking first.
bool IsTypeOfPrograms(std::string_view type) {
  return http::IsMediaType(type, "application/json") || http::IsMediaType(type, "application/x-ndjson") ||
         http::IsMediaType(type, "application/octet-stream");
}

// A browser says in Origin whose page makes it send a request; programs say nothing.
bool IsSameSite(const http::Request& request) {
  const std::string_view origin = request.Field("Origin");
  const size_t host = origin.find("://");
  return origin.empty() ||
         (host != std::string_view::npos && origin.substr(host + 3) == request.Field("Host"));
}

// Against pages that have their visitors' browsers change something here.
absl::Status CheckOrigin(const http::Request& request) {
  const bool reads = request.verb == http::Verb::get || request.verb == http::Verb::head;
  if (reads || IsTypeOfPrograms(request.Field("Content-Type")) || IsSameSite(request))
    return absl::OkStatus();
  return MakeError(
      Reason::kPermissionDenied,
      "origin: a page of another site may not send this; a program says Content-Type: application/json",
      {{"field", "origin"}});
}

// Who calls, within what it may use up.
absl::StatusOr<Caller> Identify(AccessControl& access, const http::Request& request) {
  // Two headers are none: which of them counts must not depend on who looks.
  const bool twice = request.fields.count("Authorization") > 1;
  const std::string authorization(twice ? "twice" : request.Field("Authorization"));
  auto caller = access.Identify({authorization, request.peer.certificate_names});
  if (!caller.ok()) return caller;
  if (auto status = caller->Admit(request.body.size()); !status.ok()) return status;
  return caller;
}

void Count(ApiContext& context, const std::string& route, int64_t begin_us, int status,
           const absl::Status& outcome) {
  if (!outcome.ok()) Refusals(Transport::kHttp).Count(outcome);
  if (context.calls != nullptr)
    context.calls->Count(route, status, context.service.clock().MonotonicMicros() - begin_us);
}

std::string Path(const http::Request& request) { return request.target.path; }

// What is kept of a request until it is answered.
struct Arrived {
  CallOrigin origin;
  std::string method;
  int64_t at_us;
  bool waits;
};

// Tells whoever is told of calls.
void Tell(LogService& service, const Arrived& arrived, const absl::Status& ended) {
  CallObserver* observer = service.options().calls;
  if (observer == nullptr) return;
  const int64_t took_us = arrived.waits ? 0 : service.clock().MonotonicMicros() - arrived.at_us;
  if (observer->Wants(ended.code(), took_us))
    observer->OnEnded({arrived.origin, arrived.method, ended, took_us});
}

}  // namespace

void Routes::AddBoth(const ApiRoute& route) {
  Add(route);
  ApiRoute prefixed = route;
  prefixed.pattern = kPrefix + route.pattern;
  Add(std::move(prefixed));
}

void Routes::Add(ApiRoute route) {
  const std::string name = absl::StrCat(std::string(to_string(route.verb)), " ", route.pattern);
  auto handle = [this_context = &context_, name, guard = route.guard, waits = route.waits,
                 handler = std::move(route.handler)](const http::Request& request, http::Responder respond) {
    ApiContext& context = *this_context;
    const std::string id = RequestIdOf(request);
    const Arrived arrived{{id, request.peer.address},
                          absl::StrCat(std::string(to_string(request.verb)), " ", Path(request)),
                          context.service.clock().MonotonicMicros(),
                          waits};
    const Reply reply = [&context, name, arrived,
                         respond = std::move(respond)](absl::StatusOr<http::Response> outcome) {
      const absl::Status ended = outcome.status();
      http::Response response = outcome.ok() ? *std::move(outcome) : ErrorAnswer(outcome.status());
      response.fields.emplace_back("X-Request-Id", arrived.origin.request_id);
      Count(context, name, arrived.at_us, static_cast<int>(response.status), ended);
      Tell(context.service, arrived, ended);
      respond(std::move(response));
    };
    if (auto status = CheckOrigin(request); !status.ok()) return reply(status);
    if (guard == Guard::kOpen) return handler(Call{request, id, std::nullopt}, reply);
    auto caller = Identify(context.access, request);
    if (!caller.ok()) return reply(caller.status());
    handler(Call{request, id, *std::move(caller)}, reply);
  };
  router_.Add({route.verb, std::move(route.pattern), std::move(handle), route.max_body_bytes});
}

}  // namespace replog
