#include "server/http/node_routes.h"

#include <memory>

#include "absl/strings/str_cat.h"
#include "base/error.h"
#include "server/api/audit_answers.h"
#include "server/api/sync_answer.h"
#include "server/api/sync_question.h"
#include "server/core/names.h"
#include "server/http/method_routes.h"
#include "server/http/watched_call.h"

namespace replog {
namespace {

constexpr int64_t kLongestWaitSeconds = 10;

// The contract takes longer waits than a handler may take. What is not legal at all is told by who reads it.
template <typename Request>
absl::Status ReadQuestion(const Call& call, Request& request) {
  if (auto status = ReadBody(call, request); !status.ok()) return status;
  const auto& timeout = request.timeout();
  const bool longer = timeout.seconds() > kLongestWaitSeconds ||
                      (timeout.seconds() == kLongestWaitSeconds && timeout.nanos() > 0);
  if (!longer) return absl::OkStatus();
  const auto limit = std::to_string(kLongestWaitSeconds);
  return MakeError(
      Reason::kInvalidField,
      absl::StrCat("timeout: is ", timeout.seconds(), " s, the limit over HTTP is ", limit, " s; ask again"),
      {{"field", "timeout"}, {"limit", limit}, {"value", std::to_string(timeout.seconds())}});
}

void AnswerSync(ApiContext& context, const Call& call, const Reply& reply) {
  auto granted = OpenMethod<v1::AwaitSyncRequest>(context, call, ReadQuestion<v1::AwaitSyncRequest>);
  if (!granted.ok()) return reply(granted.status());
  auto question = ToSyncQuestion(*granted, context.service.options().limits);
  if (!question.ok()) return reply(question.status());
  const auto asker = std::make_shared<WatchedCall<v1::AwaitSyncRequest>>(*std::move(granted), reply);
  const auto waiting =
      SyncCall::Start(context.service, *std::move(question), [asker](absl::StatusOr<SyncAnswer> answer) {
        if (!answer.ok()) return void(asker->Answer(answer.status()));
        HideNodes(asker->caller(), LogNameOrDefault(asker->granted().request.log()), *answer);
        asker->Answer(JsonAnswer(ToAwaitSyncResponse(*answer)));
      });
  // After it, so that there is something to leave.
  asker->Watch(context.access, [waiting](const absl::Status&) { waiting->Cancel(); });
}

void AnswerAudit(ApiContext& context, const Call& call, const Reply& reply) {
  auto granted = OpenMethod<v1::AuditRequest>(context, call, ReadQuestion<v1::AuditRequest>);
  if (!granted.ok()) return reply(granted.status());
  const auto asker = std::make_shared<WatchedCall<v1::AuditRequest>>(*std::move(granted), reply);
  // Reads the whole table, which must not hold up readers.
  context.admin.Post([&context, asker] {
    RunAudit(context.service, asker->granted(),
             [&context, asker](const absl::StatusOr<v1::AuditResponse>& answer) {
               const bool told =
                   answer.ok() ? asker->Answer(JsonAnswer(*answer)) : asker->Answer(answer.status());
               if (told) context.notes.Note(asker->granted(), answer.status());
             });
  });
  asker->Watch(context.access, [&context, asker = asker.get()](const absl::Status& revoked) {
    context.notes.Note(asker->granted(), revoked);
  });
}

}  // namespace

void AddNodeRoutes(Routes& routes) {
  ApiContext& context = routes.context();
  const auto post = [&](const char* pattern, auto answer, auto may) {
    routes.Add({.verb = http::Verb::post,
                .pattern = pattern,
                .handler = [&context, answer](const Call& call,
                                              const Reply& reply) { answer(context, call, reply); },
                .waits = true,
                .may = std::move(may)});
  };
  post("/v1/logs/{log}/sync", AnswerSync, MayAsk<v1::AwaitSyncRequest>(context));
  post("/v1/logs/{log}/audit", AnswerAudit, MayAsk<v1::AuditRequest>(context));
}

}  // namespace replog
