#include "server/http/page.h"

#include <algorithm>

#include "absl/strings/str_cat.h"
#include "base/error.h"
#include "server/api/grants_needed.h"
#include "server/api/page_answers.h"
#include "server/core/names.h"
#include "server/http/answers.h"
#include "server/http/query.h"

namespace replog {
namespace {

absl::StatusOr<v1::ReadRequest> ToReadRequest(const MessageScope& scope, const http::Target& target,
                                              const Limits& limits) {
  v1::ReadRequest request;
  request.set_log(scope.log);
  if (!scope.channel.empty()) {
    if (auto status = CheckChannelName(scope.channel, "channel", limits); !status.ok()) return status;
    request.add_channels(scope.channel);
  }
  QueryReader query(target);
  if (const auto from = query.Number("from")) request.set_from_sequence(*from);
  if (const auto limit = query.Number("limit")) {
    request.set_max_records(static_cast<uint32_t>(std::min<uint64_t>(*limit, UINT32_MAX)));
  }
  request.set_backward(query.Flag("backward"));
  if (auto status = query.status(); !status.ok()) return status;
  return request;
}

absl::StatusOr<http::Response> ReadPage(ApiContext& context, const Caller& caller,
                                        const v1::ReadRequest& request) {
  if (context.held_pages.full()) {
    return MakeError(Reason::kBusy, "too many pages wait for clients to take them; try again");
  }
  v1::ReadResponse page;
  const auto records = AnswerRead(context.service, caller, request, page);
  if (!records.ok()) return records.status();
  caller.Charge(records->size());
  // Records are a field of the response as they stand.
  page.MergeFromString(*records);
  http::Response response = JsonAnswer(page);
  response.held = context.held_pages.Take(response.body.size());
  return response;
}

absl::Status TooManyPages(size_t limit) {
  return MakeError(Reason::kBusy,
                   absl::StrCat(limit, " pages wait to be read, which is the limit; try again"),
                   {{"limit", std::to_string(limit)}});
}

// A client that has only closed its own side would still read an answer: it has one when nobody else waits.
absl::Status Abandoned() {
  return MakeError(Reason::kCancelled, "the connection was closed, or the time was over, while others wait");
}

}  // namespace

void AnswerPage(ApiContext& context, const MessageScope& scope, const Call& call, const Reply& reply) {
  const auto request = ToReadRequest(scope, call.request.target, context.service.options().limits);
  if (!request.ok()) return reply(request.status());
  if (const auto status = CheckGrants(*call.caller, *request); !status.ok()) return reply(status);
  if (context.pages.full()) return reply(TooManyPages(context.pages.limit()));
  context.service.blocking().Post([&context, caller = *call.caller, request = *request, reply,
                                   place = context.pages.Take(1), abandoned = call.request.abandoned] {
    if (abandoned != nullptr && *abandoned && context.service.blocking_queued() > 0)
      return reply(Abandoned());
    reply(ReadPage(context, caller, request));
  });
}

}  // namespace replog
