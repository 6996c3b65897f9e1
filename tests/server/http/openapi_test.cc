#include "server/http/openapi.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <nlohmann/json.hpp>
#include <set>

#include "server/console/console_file.h"
#include "server/http/api_server.h"
#include "tests/server/core/fake_store.h"
#include "tests/server/core/manual_clock.h"

namespace replog {
namespace {

using Operations = std::set<std::string>;  // "get /healthz"

bool IsOfConsole(const std::string& pattern) {
  return pattern == "/" || pattern == "/assets/{file}" || FindConsoleFile(pattern) != nullptr;
}

Operations OfRouter() {
  testing::FakeStore store;
  testing::ManualClock clock;
  const auto service = *LogService::Open({}, store, clock);
  AccessControl access(clock);
  ApiContext context{*service, access};
  Operations operations;
  const http::Router router = MakeApiRouter(context);
  for (const http::Route& route : router.routes()) {
    // A page for people, not a part of the interface.
    if (IsOfConsole(route.pattern)) continue;
    std::string verb(to_string(route.verb));
    std::transform(verb.begin(), verb.end(), verb.begin(), ::tolower);
    // The prefix is told of in words.
    const bool prefixed = route.pattern.starts_with("/replication-log/");
    operations.insert(verb + " " +
                      (prefixed ? route.pattern.substr(route.pattern.find('/', 1)) : route.pattern));
  }
  return operations;
}

Operations OfDocument() {
  Operations operations;
  const auto document = nlohmann::json::parse(OpenApiDocument());
  for (const auto& [path, item] : document.at("paths").items()) {
    for (const auto& [verb, operation] : item.items()) {
      if (verb != "parameters") operations.insert(verb + " " + path);
    }
  }
  return operations;
}

TEST(OpenApiTest, DocumentHasEveryRouteAndNoOther) { EXPECT_EQ(OfDocument(), OfRouter()); }

}  // namespace
}  // namespace replog
