#include "server/http/log_routes.h"

#include "server/api/grants_needed.h"
#include "server/api/log_info.h"
#include "server/http/answers.h"

namespace replog {
namespace {

absl::StatusOr<http::Response> ListLogs(LogService& service, const Caller& caller) {
  v1::ListLogsResponse response;
  for (const LogPtr& log : service.logs().All()) {
    if (caller.CheckSees(log->name()).ok()) DescribeLog(service, *log, *response.add_logs());
  }
  return JsonAnswer(response);
}

absl::StatusOr<http::Response> GetLog(LogService& service, const v1::GetLogRequest& request) {
  const auto log = service.logs().Find(request.log());
  if (!log.ok()) return log.status();
  v1::GetLogResponse response;
  DescribeLog(service, **log, *response.mutable_log());
  return JsonAnswer(response);
}

}  // namespace

void AddLogRoutes(Routes& routes) {
  LogService& service = routes.context().service;
  routes.Add({http::Verb::get, "/v1/logs", Guard::kCaller, [&service](const Call& call, const Reply& reply) {
                service.blocking().Post(
                    [&service, caller = *call.caller, reply] { reply(ListLogs(service, caller)); });
              }});
  routes.Add(
      {http::Verb::get, "/v1/logs/{log}", Guard::kCaller, [&service](const Call& call, const Reply& reply) {
         v1::GetLogRequest request;
         request.set_log(call.Parameter("log"));
         if (auto status = CheckGrants(*call.caller, request); !status.ok()) return reply(status);
         service.blocking().Post([&service, request, reply] { reply(GetLog(service, request)); });
       }});
}

}  // namespace replog
