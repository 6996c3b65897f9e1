#include "server/http/synced_routes.h"

#include <openssl/evp.h>

#include <array>
#include <memory>

#include "absl/strings/escaping.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_split.h"
#include "base/error.h"
#include "server/api/granted.h"
#include "server/api/sync_answer.h"
#include "server/core/names.h"
#include "server/core/node_wait.h"
#include "server/core/sync_call.h"
#include "server/http/answers.h"
#include "server/http/query.h"
#include "server/http/watched_call.h"

namespace replog {
namespace {

constexpr const char* kDefaultChannel = "tokens";
// Less than a handler may take.
constexpr int64_t kLongestWaitUs = 10'000'000;

absl::Status Invalid(const std::string& field, const std::string& why) {
  return MakeError(Reason::kInvalidField, absl::StrCat(field, ": ", why), {{"field", field}});
}

// The key that a token has in the log. Nothing else is ever made of the token: the request's memory, where it
// stands, is wiped when the request goes.
std::string KeyOf(std::string_view token) {
  std::array<uint8_t, 32> digest{};
  EVP_Digest(token.data(), token.size(), digest.data(), nullptr, EVP_sha256(), nullptr);
  return absl::BytesToHexString({reinterpret_cast<const char*>(digest.data()), digest.size()});
}

absl::StatusOr<SyncQuestion> ToQuestion(const http::Request& request, const Limits& limits) {
  const std::string_view token = request.Field("X-Auth-Token");
  if (token.empty()) return Invalid("X-Auth-Token", "the header with the token is missing");
  const std::string_view origin = request.Field("X-Origin");
  QueryReader query(request.target);
  SyncQuestion question{
      .log = query.Text("log").value_or(""),
      .target = SyncKey{query.Text("channel").value_or(kDefaultChannel), KeyOf(token)},
      .fleet = query.Text("fleet").value_or(""),
      .origin = std::string(origin.empty() ? request.Field("X-Nginx-Origin") : origin),
      .timeout_us = query.DurationMicros("timeout", kLongestWaitUs).value_or(kDefaultSyncWaitUs)};
  if (const auto nodes = query.Text("nodes")) question.nodes = absl::StrSplit(*nodes, ',');
  if (auto status = query.status(); !status.ok()) return status;
  const auto& key = std::get<SyncKey>(question.target);
  if (auto status = CheckChannelName(key.channel, "channel", limits); !status.ok()) return status;
  if (auto status = CheckSyncQuestion(question, limits); !status.ok()) return status;
  return question;
}

const char* StatusName(SyncOutcome outcome) {
  switch (outcome) {
    case SyncOutcome::kSynced:
      return "Synced";
    case SyncOutcome::kPartiallySynced:
      return "PartiallySynced";
    case SyncOutcome::kNotSynced:
      return "NotSynced";
    case SyncOutcome::kTimeout:
      break;
  }
  return "Timeout";
}

http::Response Told(SyncOutcome outcome, const v1::AwaitSyncResponse& body) {
  http::Response response = JsonAnswer(body);
  response.fields.emplace_back("X-Token-Status", StatusName(outcome));
  return response;
}

http::Response ToAnswer(const absl::StatusOr<SyncAnswer>& answer) {
  if (answer.ok()) return Told(answer->outcome, ToAwaitSyncResponse(*answer));
  // Who checks a token wants to know whether it can be used everywhere: one that was not written cannot.
  if (ReasonOf(answer.status()) == Reason::kKeyNotFound) {
    v1::AwaitSyncResponse nobody;
    nobody.set_outcome(v1::AwaitSyncResponse::NOT_SYNCED);
    return Told(SyncOutcome::kNotSynced, nobody);
  }
  http::Response response = ErrorAnswer(answer.status());
  if (ReasonOf(answer.status()) == Reason::kNoExpectedNodes)
    response.status = http::StatusCode::precondition_failed;
  return response;
}

void Ask(ApiContext& context, const Call& call, const Reply& reply) {
  auto question = ToQuestion(call.request, context.service.options().limits);
  if (!question.ok()) return reply(question.status());
  v1::AwaitSyncRequest asked;  // what is asked of AwaitSync needs the same grants
  asked.set_log(std::string(LogNameOrDefault(question->log)));
  asked.mutable_key()->set_channel(std::get<SyncKey>(question->target).channel);
  for (const std::string& node : question->nodes) asked.add_nodes(node);
  asked.set_fleet(question->fleet);
  auto granted = GrantRequest(*call.caller, call.request.peer.address, std::move(asked));
  if (!granted.ok()) return reply(granted.status());
  const auto asker = std::make_shared<WatchedCall<v1::AwaitSyncRequest>>(*std::move(granted), reply);
  const auto waiting =
      SyncCall::Start(context.service, *std::move(question), [asker](absl::StatusOr<SyncAnswer> answer) {
        if (answer.ok()) HideNodes(asker->caller(), asker->granted().request.log(), *answer);
        asker->Answer(ToAnswer(answer));
      });
  // After it, so that there is something to leave.
  asker->Watch(context.access, [waiting](const absl::Status&) { waiting->Cancel(); });
}

}  // namespace

void AddSyncedRoutes(Routes& routes) {
  routes.Add({.pattern = "/v1/synced",
              .handler = [&context = routes.context()](const Call& call,
                                                       const Reply& reply) { Ask(context, call, reply); },
              .waits = true});
}

}  // namespace replog
