#include "server/http/me_routes.h"

#include <nlohmann/json.hpp>

#include "base/version.h"

namespace replog {
namespace {

using nlohmann::ordered_json;

ordered_json Describe(const Verbs& verbs) {
  auto names = ordered_json::array();
  for (size_t i = 0; i < kAccessNames.size(); ++i) {
    if (verbs.Has(static_cast<Access>(i))) names.push_back(kAccessNames[i]);
  }
  return names;
}

ordered_json Describe(const Grant& grant) {
  return {{"verbs", Describe(grant.verbs)},
          {"logs", grant.logs.ToStrings()},
          {"channels", grant.channels.ToStrings()},
          {"nodes", grant.nodes.ToStrings()},
          {"leases", grant.leases.ToStrings()}};
}

http::Response AnswerMe(const Caller& caller, const ServerFacts& facts) {
  auto grants = ordered_json::array();
  for (const Grant& grant : caller.grants()) grants.push_back(Describe(grant));
  const ordered_json answer{{"principal", caller.name()},
                            {"accessControl", facts.access_control},
                            {"grants", std::move(grants)},
                            {"server",
                             {{"version", Version()},
                              {"grpcAddress", facts.grpc_address},
                              {"tls", facts.tls},
                              {"startedUnixSeconds", facts.started_us / 1'000'000}}}};
  http::Response response;
  response.body = answer.dump() + "\n";
  response.fields.emplace_back("Cache-Control", "no-store");
  return response;
}

}  // namespace

void AddMeRoute(Routes& routes) {
  routes.Add({.pattern = "/v1/me",
              .handler = [&facts = routes.context().facts](const Call& call, const Reply& reply) {
                reply(AnswerMe(*call.caller, facts));
              }});
}

}  // namespace replog
