#include "client/nodes/chat/chat_api.h"

#include <memory>

#include "client/nodes/chat/message_json.h"
#include "client/nodes/chat/message_page.h"

namespace replog::chat {
namespace {

using client::AppendFate;
using http::StatusCode;

constexpr char kMessages[] = "/chat-server/messages";
constexpr char kUser[] = "user";

http::Response NotReady() {
  http::Response response = http::ErrorResponse(StatusCode::service_unavailable, "NOT_READY",
                                                "the node has not caught up with the log yet; see /readyz");
  response.fields.emplace_back("Retry-After", "1");
  return response;
}

http::Response Created(const NewMessage& message, const client::AppendOutcome& outcome) {
  http::Response response;
  response.status = StatusCode::created;
  response.fields.emplace_back(
      "Location", std::string(kMessages) + "?from=" + std::to_string(outcome.sequence) + "&limit=1");
  AppendJson(response.body, {outcome.sequence, outcome.time, message.channel, message.user, message.text});
  response.body += '\n';
  return response;
}

// What a rejection means to the one who posted.
StatusCode RejectionCode(const client::Status& status) {
  if (status.code() == client::StatusCode::kInvalidArgument) return StatusCode::bad_request;
  if (status.reason() == "TOO_LARGE") return StatusCode::payload_too_large;
  return StatusCode::service_unavailable;
}

}  // namespace

http::Response AppendResponse(const NewMessage& message, const client::AppendOutcome& outcome) {
  if (outcome.fate == AppendFate::kAcknowledged) return Created(message, outcome);
  const client::Status& status = outcome.status;
  http::ErrorDetails details{{"fate", client::FateName(outcome.fate)}};
  if (const auto field = status.metadata().find("field"); field != status.metadata().end()) {
    details.insert(details.begin(), *field);
  }
  const bool unknown = outcome.fate == AppendFate::kUnknown;
  const auto code = unknown ? StatusCode::gateway_timeout : RejectionCode(status);
  const std::string_view reason =
      status.reason().empty() ? client::StatusCodeName(status.code()) : status.reason();
  return http::ErrorResponse(code, reason, status.message(), details);
}

http::Router ChatApi::MakeRouter() {
  http::Router router;
  router.Add(http::Verb::get, "/healthz", [](const http::Request&, const http::Responder& respond) {
    http::Response response;
    response.body = "{\"healthy\":true}\n";
    respond(std::move(response));
  });
  router.Add(http::Verb::get, "/readyz",
             [this](const http::Request&, const http::Responder& respond) { GetReady(respond); });
  router.Add(http::Verb::get, kMessages,
             [this](const http::Request& request, const http::Responder& respond) {
               GetMessages(request, respond);
             });
  router.Add(http::Verb::post, kMessages,
             [this](const http::Request& request, const http::Responder& respond) {
               PostMessage(request, respond);
             });
  return router;
}

void ChatApi::GetReady(const http::Responder& respond) const {
  http::Response response;
  response.status = state_.ready() ? StatusCode::ok : StatusCode::service_unavailable;
  response.body = state_.Json(store_.size());
  respond(std::move(response));
}

void ChatApi::GetMessages(const http::Request& request, const http::Responder& respond) const {
  http::Response refusal;
  const auto query = ParsePageQuery(request.target, refusal);
  if (!query) return respond(std::move(refusal));
  respond(state_.ready() ? PageResponse(store_, *query) : NotReady());
}

void ChatApi::PostMessage(const http::Request& request, const http::Responder& respond) {
  http::Response refusal;
  auto parsed = ParseNewMessage(request.body, refusal);
  if (!parsed) return respond(std::move(refusal));
  const auto message = std::make_shared<const NewMessage>(*std::move(parsed));
  const client::HeaderView user{kUser, message->user ? std::string_view(*message->user) : std::string_view()};
  client::NewRecord record{.channel = message->channel, .body = message->text};
  if (message->user) record.headers = {&user, 1};
  // Must not wait for room in the window, for it runs on a thread that serves others.
  client::Status taken =
      producer_.TryAppend(record, [message, respond](const client::AppendOutcome& outcome) {
        respond(AppendResponse(*message, outcome));
      });
  if (!taken.ok()) respond(AppendResponse(*message, {AppendFate::kRejected, 0, {}, std::move(taken)}));
}

}  // namespace replog::chat
