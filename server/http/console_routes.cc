#include "server/http/console_routes.h"

#include "absl/strings/str_cat.h"
#include "server/console/console_file.h"

namespace replog {
namespace {

http::Response Missing(const std::string& path) {
  return http::ErrorResponse(http::StatusCode::not_found, "NOT_FOUND", "there is nothing at " + path);
}

void AddFile(Routes& routes, const std::string& pattern, const ConsoleFile& file) {
  routes.Add(
      {.pattern = pattern, .guard = Guard::kOpen, .handler = [&file](const Call& call, const Reply& reply) {
         reply(AnswerConsoleFile(file, call.request));
       }});
}

}  // namespace

void AddConsoleRoutes(Routes& routes) {
  AddFile(routes, "/", *FindConsoleFile("/index.html"));
  for (const ConsoleFile& file : ConsoleFiles()) {
    if (!file.immutable()) AddFile(routes, std::string(file.path), file);
  }
  // One route for all of these, since their names change with what is in them, and requests are counted by
  // route.
  routes.Add({.pattern = "/assets/{file}",
              .guard = Guard::kOpen,
              .handler = [](const Call& call, const Reply& reply) {
                const auto* file = FindConsoleFile("/assets/" + call.Parameter("file"));
                reply(file == nullptr ? Missing(call.request.target.path)
                                      : AnswerConsoleFile(*file, call.request));
              }});
}

}  // namespace replog
