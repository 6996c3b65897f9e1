#include "server/http/append_routes.h"

#include "base/error.h"
#include "base/http/media_type.h"
#include "server/api/convert.h"
#include "server/api/grants_needed.h"
#include "server/core/names.h"
#include "server/http/answers.h"
#include "server/http/new_records.h"

namespace replog {
namespace {

using Encode = std::function<absl::StatusOr<std::string>(std::string_view body)>;

// JSON takes more room than what it says: base64, escapes, names of fields.
constexpr size_t kJsonOverhead = 4;
// Larger bodies are taken apart where it holds up no other connection.
constexpr size_t kSmallBodyBytes = 32 << 10;

// An error of an append says whether it may have been written all the same.
absl::Status WithFate(const absl::Status& status) {
  const auto reason = ReasonOf(status);
  if (!reason) return status;
  Metadata metadata = MetadataOf(status);
  metadata.emplace_back("fate", *reason == Reason::kStoreFailed ? "unknown" : "rejected");
  return MakeError(*reason, std::string(status.message()), metadata);
}

std::string LogOf(const http::Request& request) {
  const auto log = request.parameters.find("log");
  return log == request.parameters.end() ? std::string(kDefaultLog) : log->second;
}

absl::Status MayAppend(const Caller& caller, const http::Request& request) {
  return WithFate(caller.CheckLog(Access::kAppend, LogOf(request)));
}

absl::Status MayAppendToChannel(const Caller& caller, const http::Request& request) {
  return WithFate(caller.CheckChannel(Access::kAppend, LogOf(request), request.Parameter("channel")));
}

absl::StatusOr<http::Response> AppendAnswer(const absl::StatusOr<Appended>& outcome) {
  if (!outcome.ok()) return WithFate(outcome.status());
  v1::AppendResponse message;
  FillAppendResponse(*outcome, message);
  return JsonAnswer(message);
}

using Origin = std::shared_ptr<const CallOrigin>;

void Append(LogService& service, const Caller& caller, absl::StatusOr<std::string> encoded, Origin origin,
            const Reply& reply) {
  if (!encoded.ok()) return reply(AppendAnswer(encoded.status()));
  auto parsed = ParseGrantedAppend(caller, *std::move(encoded), service.options().limits);
  if (!parsed.ok()) return reply(AppendAnswer(parsed.status()));
  auto log = service.logs().FindForChange(parsed->log);
  if (!log.ok()) return reply(AppendAnswer(log.status()));
  service.appends().Put({*std::move(log), *std::move(parsed),
                         [reply](const absl::StatusOr<Appended>& outcome) { reply(AppendAnswer(outcome)); },
                         std::move(origin)});
}

void EncodeAndAppend(LogService& service, const Call& call, Encode encode, const Reply& reply) {
  const std::string& body = call.request.body;
  auto origin = std::make_shared<const CallOrigin>(CallOrigin{call.request_id, call.request.peer.address});
  if (body.size() <= kSmallBodyBytes)
    return Append(service, *call.caller, encode(body), std::move(origin), reply);
  service.blocking().Post([&service, caller = *call.caller, body, encode = std::move(encode), origin, reply] {
    Append(service, caller, encode(body), origin, reply);
  });
}

void PostRecords(LogService& service, const Call& call, const Reply& reply) {
  const bool lines = http::IsMediaType(call.request.Field("Content-Type"), "application/x-ndjson");
  EncodeAndAppend(
      service, call,
      [log = call.Parameter("log"), lines](std::string_view body) {
        return lines ? EncodeLines(log, body) : EncodeBatch(log, body);
      },
      reply);
}

void PostMessage(LogService& service, const Call& call, const Reply& reply) {
  EncodeAndAppend(
      service, call,
      [log = LogOf(call.request), channel = call.Parameter("channel"),
       type = std::string(call.request.Field("Content-Type"))](std::string_view body) {
        return EncodeMessage(log, channel, type, body);
      },
      reply);
}

}  // namespace

void AddAppendRoutes(Routes& routes) {
  LogService& service = routes.context().service;
  const Limits& limits = service.options().limits;
  routes.Add(
      {.verb = http::Verb::post,
       .pattern = "/v1/logs/{log}/records",
       .handler = [&service](const Call& call, const Reply& reply) { PostRecords(service, call, reply); },
       .max_body_bytes = limits.request_bytes * kJsonOverhead,
       .may = MayAppend});
  for (const char* path : {"/v1/logs/{log}/channels/{channel}/messages", "/messages/{channel}"}) {
    routes.AddBoth(
        {.verb = http::Verb::post,
         .pattern = path,
         .handler = [&service](const Call& call, const Reply& reply) { PostMessage(service, call, reply); },
         .max_body_bytes = limits.record_bytes * kJsonOverhead,
         .may = MayAppendToChannel});
  }
}

}  // namespace replog
