#include "server/http/message_routes.h"

#include "absl/strings/ascii.h"
#include "absl/strings/match.h"
#include "server/core/names.h"
#include "server/http/event_stream.h"
#include "server/http/page.h"

namespace replog {
namespace {

MessageScope ScopeOf(const Call& call) {
  const auto& parameters = call.request.parameters;
  const auto log = parameters.find("log");
  const auto channel = parameters.find("channel");
  return {log == parameters.end() ? std::string(kDefaultLog) : log->second,
          channel == parameters.end() ? "" : channel->second};
}

bool WantsEvents(const http::Request& request) {
  const std::string_view accept = request.Field("Accept");
  return absl::StrContains(absl::AsciiStrToLower({accept.data(), accept.size()}), "text/event-stream");
}

}  // namespace

void AddMessageRoutes(Routes& routes) {
  ApiContext& context = routes.context();
  const auto messages = [&context](const Call& call, const Reply& reply) {
    if (WantsEvents(call.request)) return AnswerEvents(context, ScopeOf(call), call, reply);
    AnswerPage(context, ScopeOf(call), call, reply);
  };
  const auto events = [&context](const Call& call, const Reply& reply) {
    AnswerEvents(context, ScopeOf(call), call, reply);
  };
  for (const char* path :
       {"/messages/{channel}", "/v1/logs/{log}/messages", "/v1/logs/{log}/channels/{channel}/messages"}) {
    routes.AddBoth({http::Verb::get, path, Guard::kCaller, messages});
    routes.AddBoth({http::Verb::get, std::string(path) + "/events", Guard::kCaller, events});
  }
  routes.Add(
      {.pattern = "/v1/logs/{log}/channels/{channel}/table",
       .handler = [&context](const Call& call, const Reply& reply) { AnswerTable(context, call, reply); }});
}

}  // namespace replog
