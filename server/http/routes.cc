#include "server/http/routes.h"

#include "absl/strings/str_cat.h"
#include "base/error.h"
#include "base/http/media_type.h"
#include "base/loopback.h"
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

// An address, with a port or without: "10.1.2.3:8080", "[::1]".
bool IsIpLiteral(std::string_view host) {
  if (host.starts_with('[')) return true;
  const std::string_view name = host.substr(0, host.rfind(':'));
  return name.find_first_not_of("0123456789.") == std::string_view::npos;
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

// A name that is not of this machine, resolved to it, has made a browser ask for another site's page here
// ("DNS rebinding"). Where nobody has to say who calls, and only programs of this machine can, no such name
// is right.
absl::Status CheckHost(const ApiContext& context, const http::Request& request) {
  const std::string host(request.Field("Host"));
  if (context.facts.access_control || host.empty() || !IsLoopback(request.peer.address) || IsLoopback(host) ||
      IsLoopback(absl::StrCat(host, ":80")) || IsIpLiteral(host))
    return absl::OkStatus();
  return MakeError(
      Reason::kPermissionDenied,
      absl::StrCat("host: is `", host,
                   "`; from this machine, and without an access file, it must be localhost or an address"),
      {{"field", "host"}, {"value", host}});
}

absl::StatusOr<Caller> Identify(const AccessControl& access, const http::Request& request) {
  // Two headers are none: which of them counts must not depend on who looks.
  const bool twice = request.fields.count("Authorization") > 1;
  const std::string authorization(twice ? "twice" : request.Field("Authorization"));
  return access.Identify({authorization, request.peer.certificate_names});
}

// What can be refused by the header alone, before the body costs anything. The handler's call is judged again
// when the body is there: that may take a while, in which grants may be taken away.
absl::Status CheckHeader(const ApiContext& context, const ApiRoute& route, const http::Request& request) {
  if (auto status = CheckOrigin(request); !status.ok()) return status;
  if (route.guard == Guard::kOpen) return route.admit ? route.admit(request) : absl::OkStatus();
  if (auto status = CheckHost(context, request); !status.ok()) return status;
  const auto caller = Identify(context.access, request);
  if (!caller.ok()) return caller.status();
  return route.may ? route.may(*caller, request) : absl::OkStatus();
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

Arrived ArrivalOf(const ApiContext& context, const http::Request& request, bool waits) {
  return {{RequestIdOf(request), request.peer.address},
          absl::StrCat(std::string(to_string(request.verb)), " ", Path(request)),
          context.service.clock().MonotonicMicros(),
          waits};
}

// The answer to a call that ended so, counted and told.
http::Response AnswerOf(ApiContext& context, const std::string& route, const Arrived& arrived,
                        absl::StatusOr<http::Response> outcome) {
  const absl::Status ended = outcome.status();
  http::Response response = outcome.ok() ? *std::move(outcome) : ErrorAnswer(outcome.status());
  response.fields.emplace_back("X-Request-Id", arrived.origin.request_id);
  // A record is what its content type says, whatever a browser makes of its text.
  response.fields.emplace_back("X-Content-Type-Options", "nosniff");
  Count(context, route, arrived.at_us, static_cast<int>(response.status), ended);
  Tell(context.service, arrived, ended);
  return response;
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
  const auto shared = std::make_shared<const ApiRoute>(std::move(route));
  auto admit = [&context = context_, name,
                shared](const http::Request& request) -> std::optional<http::Response> {
    const absl::Status status = CheckHeader(context, *shared, request);
    if (status.ok()) return std::nullopt;
    return AnswerOf(context, name, ArrivalOf(context, request, shared->waits), status);
  };
  auto handle = [&context = context_, name, shared](const http::Request& request, http::Responder respond) {
    const Arrived arrived = ArrivalOf(context, request, shared->waits);
    const std::string& id = arrived.origin.request_id;
    const Reply reply = [&context, name, arrived,
                         respond = std::move(respond)](absl::StatusOr<http::Response> outcome) {
      respond(AnswerOf(context, name, arrived, std::move(outcome)));
    };
    if (auto status = CheckOrigin(request); !status.ok()) return reply(status);
    if (shared->guard == Guard::kOpen) return shared->handler(Call{request, id, std::nullopt}, reply);
    if (auto status = CheckHost(context, request); !status.ok()) return reply(status);
    auto caller = Identify(context.access, request);
    if (!caller.ok()) return reply(caller.status());
    if (auto status = caller->Admit(request.body.size()); !status.ok()) return reply(status);
    shared->handler(Call{request, id, *std::move(caller)}, reply);
  };
  router_.Add({shared->verb, shared->pattern, std::move(handle), shared->max_body_bytes, std::move(admit),
               shared->guard == Guard::kOpen ? context_.open_bodies : context_.bodies});
}

}  // namespace replog
