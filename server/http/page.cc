#include "server/http/page.h"

#include <algorithm>

#include "base/error.h"
#include "server/api/convert.h"
#include "server/api/page_answers.h"
#include "server/core/limits.h"
#include "server/http/method_routes.h"
#include "server/http/query.h"
#include "server/http/record_match.h"

namespace replog {
namespace {

absl::Status ReadStart(QueryReader& query, v1::ReadRequest& request) {
  const auto from = query.Number("from");
  const auto time_us = query.TimeMicros("time");
  if (from && time_us)
    return MakeError(Reason::kInvalidField, "time: is not legal with `from`", {{"field", "time"}});
  if (from) request.set_from_sequence(*from);
  if (time_us) FillTimestamp(*time_us, *request.mutable_from_time());
  return absl::OkStatus();
}

absl::Status ToReadRequest(const MessageScope& scope, const http::Target& target, const Limits& limits,
                           v1::ReadRequest& request, RecordMatch& match) {
  QueryReader query(target);
  request.set_log(scope.log);
  const auto pattern = ReadPattern(scope, query, limits);
  if (!pattern.ok()) return pattern.status();
  if (*pattern) request.add_channels(**pattern);
  if (auto status = ReadStart(query, request); !status.ok()) return status;
  request.set_max_records(query.Limit("limit"));
  request.set_backward(query.Flag("backward"));
  auto key = query.Text("key");
  match = RecordMatch(std::move(key), query.Text("contains").value_or(""));
  // What is left out costs the client nothing, and each page a way there and back.
  if (!match.all()) request.set_max_bytes(kMaxPageBytes);
  return query.status();
}

absl::Status ToLookupRequest(const Call& call, v1::LookupRequest& request) {
  QueryReader query(call.request.target);
  request.set_log(call.Parameter("log"));
  request.set_channel(call.Parameter("channel"));
  if (const auto key = query.Text("key")) request.add_keys(*key);
  request.set_after_key(query.Text("after").value_or(""));
  request.set_max_records(query.Limit("limit"));
  return query.status();
}

template <typename Records>
void LeaveOut(const RecordMatch& match, Records& records) {
  if (match.all()) return;
  const auto end = std::remove_if(records.begin(), records.end(),
                                  [&](const v1::Record& record) { return !match.Fits(record); });
  records.erase(end, records.end());
}

template <typename Request, typename Page>
using ReadRecords = absl::StatusOr<std::string> (*)(LogService& service, const Caller& caller,
                                                    const Request& request, Page& rest);

template <typename Request, typename Page>
absl::StatusOr<http::Response> ReadPage(LogService& service, const Granted<Request>& call,
                                        ReadRecords<Request, Page> read, const RecordMatch& match) {
  Page page;
  const auto records = read(service, call.caller, call.request, page);
  if (!records.ok()) return records.status();
  // What was read counts, not what of it is shown.
  call.caller.Charge(records->size());
  // Records are a field of the response as they stand.
  page.MergeFromString(*records);
  LeaveOut(match, *page.mutable_records());
  return JsonAnswer(page);
}

}  // namespace

void AnswerPage(ApiContext& context, const MessageScope& scope, const Call& call, const Reply& reply) {
  RecordMatch match;
  const auto granted =
      OpenMethod<v1::ReadRequest>(context, call, [&](const Call& call, v1::ReadRequest& request) {
        return ToReadRequest(scope, call.request.target, context.service.options().limits, request, match);
      });
  if (!granted.ok()) return reply(granted.status());
  AnswerBlocking(context, call, reply, [&service = context.service, granted = *granted, match] {
    return ReadPage(service, granted, AnswerRead, match);
  });
}

void AnswerTable(ApiContext& context, const Call& call, const Reply& reply) {
  const auto granted = OpenMethod<v1::LookupRequest>(context, call, ToLookupRequest);
  if (!granted.ok()) return reply(granted.status());
  AnswerBlocking(context, call, reply, [&service = context.service, granted = *granted] {
    return ReadPage(service, granted, AnswerLookup, {});
  });
}

}  // namespace replog
