#include "server/http/history_routes.h"

#include <array>
#include <cmath>
#include <nlohmann/json.hpp>

#include "server/api/node_info.h"
#include "server/http/blocking_answer.h"
#include "server/http/query.h"

namespace replog {
namespace {

using nlohmann::ordered_json;

constexpr std::array<const char*, History::kLogColumns> kLogNames{
    "appendedRecords", "appendedBytes", "deliveredRecords", "deliveredBytes", "bytes", "maxLag"};
constexpr std::array<const char*, History::kServerColumns> kServerNames{"appendP50Us", "appendP99Us",
                                                                        "diskUsedBytes", "diskFreeBytes"};

// Short numbers; what is not known is null.
ordered_json Describe(const History::Column& column) {
  auto values = ordered_json::array();
  for (const float value : column) {
    if (std::isnan(value)) {
      values.push_back(nullptr);
    } else {
      values.push_back(std::round(double(value) * 100) / 100);
    }
  }
  return values;
}

ordered_json Describe(const History::OfLog& log, bool with_lag) {
  ordered_json described{{"log", log.name}};
  for (size_t i = 0; i < kLogNames.size(); ++i) {
    if (i != History::kMaxLag || with_lag) described[kLogNames[i]] = Describe(log.columns[i]);
  }
  return described;
}

ordered_json DescribeLogs(const Caller& caller, const History::Reading& reading) {
  auto logs = ordered_json::array();
  for (const auto& log : reading.logs) {
    // The largest lag tells of nodes that the caller may not know of.
    if (caller.CheckSees(log.name).ok()) logs.push_back(Describe(log, caller.CheckAdmin(log.name).ok()));
  }
  return logs;
}

ordered_json DescribeNodes(const Caller& caller, const History::Reading& reading) {
  auto nodes = ordered_json::array();
  for (const auto& node : reading.nodes) {
    if (!SeesNode(caller, node.log, node.node)) continue;
    nodes.push_back(
        {{"log", node.log}, {"node", node.node}, {"fleet", node.fleet}, {"lag", Describe(node.lag)}});
  }
  return nodes;
}

ordered_json DescribeServer(const History::Reading& reading) {
  ordered_json server;
  for (size_t i = 0; i < kServerNames.size(); ++i) server[kServerNames[i]] = Describe(reading.server[i]);
  return server;
}

ordered_json DescribeAlarms(const Alarms& alarms) {
  auto raised = ordered_json::array();
  for (const auto& [name, text] : alarms.Active()) raised.push_back({{"name", name}, {"text", text}});
  return raised;
}

http::Response AnswerHistory(const ApiContext& context, const Caller& caller, double since) {
  const auto reading = context.history == nullptr ? History::Reading() : context.history->ReadSince(since);
  ordered_json answer{{"intervalSeconds", History::kIntervalUs / 1'000'000},
                      {"times", reading.times},
                      {"logs", DescribeLogs(caller, reading)},
                      {"nodes", DescribeNodes(caller, reading)}};
  // The server's own numbers are of all logs together.
  if (caller.CheckAny(Access::kAdmin).ok()) answer["server"] = DescribeServer(reading);
  if (caller.CheckServerAdmin().ok()) answer["alarms"] = DescribeAlarms(context.service.alarms());
  http::Response response;
  response.body = answer.dump() + "\n";
  response.fields.emplace_back("Cache-Control", "no-store");
  caller.Charge(response.body.size());
  return response;
}

}  // namespace

void AddHistoryRoute(Routes& routes) {
  ApiContext& context = routes.context();
  routes.Add({.pattern = "/v1/history", .handler = [&context](const Call& call, const Reply& reply) {
                QueryReader query(call.request.target);
                const double since = query.Seconds("since").value_or(0);
                if (!query.status().ok()) return reply(query.status());
                AnswerBlocking(context, call, reply, [&context, caller = *call.caller, since] {
                  return AnswerHistory(context, caller, since);
                });
              }});
}

}  // namespace replog
