#include "server/http/webhook_routes.h"

#include <nlohmann/json.hpp>

#include "absl/strings/match.h"
#include "absl/strings/numbers.h"
#include "absl/strings/str_cat.h"
#include "base/error.h"
#include "base/http/media_type.h"
#include "base/utf8.h"
#include "server/api/convert.h"
#include "server/api/error_status.h"
#include "server/http/answers.h"
#include "server/http/json.h"
#include "server/webhooks/map_delivery.h"

namespace replog {
namespace {

using nlohmann::ordered_json;

// The most that any webhook may be configured to take; each has its own limit beneath it.
constexpr size_t kMaxBodyBytes = 3 << 20;

using Found = absl::StatusOr<std::shared_ptr<const Webhook>>;

Found Find(const ApiContext& context, const std::string& name) {
  auto webhook = context.webhooks == nullptr ? nullptr : context.webhooks->Find(name);
  if (webhook != nullptr) return webhook;
  return MakeError(Reason::kWebhookNotFound, absl::StrCat("there is no webhook \"", Excerpt(name), "\""),
                   {{"webhook", Excerpt(name)}});
}

Delivery DeliveryOf(const http::Request& request, int64_t now_us) {
  return {.field = [&request](std::string_view name) { return request.Field(name); },
          .body = request.body,
          .now_us = now_us};
}

// application/json, and what else ends with +json.
bool IsJson(std::string_view type) {
  const std::string_view name = type.substr(0, type.find(';'));
  return http::IsMediaType(type, "application/json") ||
         absl::EndsWithIgnoreCase({name.data(), name.size()}, "+json");
}

http::Response NotJson(const Webhook& webhook) {
  return http::ErrorResponse(http::StatusCode::unsupported_media_type, "UNSUPPORTED_MEDIA_TYPE",
                             absl::StrCat("webhook ", webhook.name, " takes Content-Type: application/json"),
                             {{"field", "Content-Type"}});
}

http::Response LeftOut() {
  http::Response response;
  response.body = "{\"ignored\":true}\n";
  return response;
}

// Senders deliver again after 503, and not after 429; what is delivered again is appended once.
http::Response Refusal(const absl::Status& status) {
  http::Response response = ErrorAnswer(status);
  const auto reason = ReasonOf(status);
  if (reason && WorthRetrying(*reason)) response.status = http::StatusCode::service_unavailable;
  return response;
}

http::Response Taken(const Appended& appended) {
  v1::AppendResponse message;
  FillAppendResponse(appended, message);
  const bool duplicate = !appended.outcomes.empty();
  const auto sequence = duplicate ? appended.outcomes.front().sequence : std::optional(appended.first);
  ordered_json body;
  // As everywhere in the API, 64 bits are text; what is not known any more is left out.
  if (sequence) body["sequence"] = std::to_string(*sequence);
  body["position"] = ordered_json::parse(ToJson(message.position()));
  body["duplicate"] = duplicate;
  http::Response response;
  response.body = body.dump() + "\n";
  return response;
}

void Append(LogService& service, const v1::AppendRequest& request, CallOrigin origin, const Reply& reply) {
  auto parsed = ParseAppendRequest(request.SerializeAsString(), service.options().limits);
  if (!parsed.ok()) return reply(parsed.status());
  auto log = service.logs().FindForChange(parsed->log);
  if (!log.ok()) return reply(log.status());
  const auto done = [reply](const absl::StatusOr<Appended>& outcome) {
    reply(outcome.ok() ? Taken(*outcome) : Refusal(outcome.status()));
  };
  service.appends().Put(
      {*std::move(log), *std::move(parsed), done, std::make_shared<const CallOrigin>(std::move(origin))});
}

// Strangers are to cost nothing: neither the body of a request that is none of a sender's is read, nor one
// that is too large.
absl::Status MayDeliver(const ApiContext& context, const http::Request& request) {
  const auto found = Find(context, request.Parameter("name"));
  if (!found.ok()) return found.status();
  const std::string_view said = request.Field("Content-Length");
  uint64_t body_bytes = 0;
  if (!absl::SimpleAtoi(absl::string_view(said.data(), said.size()), &body_bytes))
    body_bytes = 0;  // of one in chunks it is not said
  return CheckAnnounced(**found, DeliveryOf(request, context.service.clock().WallMicros()), body_bytes);
}

void TakeIn(ApiContext& context, const Call& call, const Reply& reply) {
  const auto found = Find(context, call.Parameter("name"));
  if (!found.ok()) return reply(found.status());
  const auto& webhook = *found;
  const Delivery delivery = DeliveryOf(call.request, context.service.clock().WallMicros());
  if (auto status = CheckSignature(*webhook, delivery); !status.ok()) return reply(status);
  // Only now: strangers must not use up what the sender may send.
  if (auto status = context.webhooks->Admit(webhook->name); !status.ok()) return reply(status);
  if (webhook->NeedsJson() && !IsJson(call.request.Field("Content-Type"))) return reply(NotJson(*webhook));
  const auto append = MapDelivery(*webhook, delivery, context.service.options().limits);
  if (!append.ok()) return reply(append.status());
  if (!append->has_value()) return reply(LeftOut());
  Append(context.service, **append, {call.request_id, call.request.peer.address}, reply);
}

}  // namespace

void AddWebhookRoutes(Routes& routes) {
  routes.Add({.verb = http::Verb::post,
              .pattern = "/v1/webhooks/{name}",
              .guard = Guard::kOpen,
              .handler = [&context = routes.context()](const Call& call,
                                                       const Reply& reply) { TakeIn(context, call, reply); },
              .max_body_bytes = kMaxBodyBytes,
              .admit = [&context = routes.context()](
                           const http::Request& request) { return MayDeliver(context, request); }});
}

}  // namespace replog
