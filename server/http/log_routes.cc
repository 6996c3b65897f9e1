#include "server/http/log_routes.h"

#include "server/api/list_answers.h"
#include "server/http/method_routes.h"
#include "server/http/query.h"

namespace replog {
namespace {

absl::Status ToListChannels(const Call& call, v1::ListChannelsRequest& request) {
  QueryReader query(call.request.target);
  request.set_log(call.Parameter("log"));
  request.set_prefix(query.Text("prefix").value_or(""));
  request.set_after(query.Text("after").value_or(""));
  request.set_max_channels(query.Limit("limit"));
  request.set_with_counts(query.Flag("counts"));
  return query.status();
}

absl::Status ToListNodes(const Call& call, v1::ListNodesRequest& request) {
  QueryReader query(call.request.target);
  request.set_log(call.Parameter("log"));
  request.set_fleet(query.Text("fleet").value_or(""));
  return query.status();
}

absl::Status ToListLeases(const Call& call, v1::ListRequest& request) {
  QueryReader query(call.request.target);
  request.set_after(query.Text("after").value_or(""));
  request.set_max_leases(query.Limit("limit"));
  return query.status();
}

absl::Status FillServiceLeases(LogService& service, const Granted<v1::ListRequest>& call,
                               v1::ListResponse& response) {
  return FillLeases(service.leases(), call, response);
}

}  // namespace

void AddLogRoutes(Routes& routes) {
  ApiContext& context = routes.context();
  const auto get = [&](const char* pattern, Handler handler) {
    routes.Add({.pattern = pattern, .handler = std::move(handler)});
  };
  get("/v1/logs",
      AnswerFilled(context, FillLogs, [](const Call&, v1::ListLogsRequest&) { return absl::OkStatus(); }));
  get("/v1/logs/{log}", AnswerFilled(context, FillLog, [](const Call& call, v1::GetLogRequest& request) {
        request.set_log(call.Parameter("log"));
        return absl::OkStatus();
      }));
  get("/v1/logs/{log}/channels", AnswerFilled(context, FillChannels, ToListChannels));
  get("/v1/logs/{log}/nodes", AnswerFilled(context, FillNodes, ToListNodes));
  get("/v1/leases", AnswerFilled(context, FillServiceLeases, ToListLeases));
}

}  // namespace replog
