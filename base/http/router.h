#pragma once

#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "base/http/body_budget.h"
#include "base/http/message.h"

namespace replog::http {

// What answers requests of one verb on the paths of one pattern.
struct Route {
  Verb verb = Verb::get;
  // "/v1/logs/{log}": a segment in braces is a parameter and takes any one segment but an empty one, `.` and
  // `..`. An escaped slash is part of what a parameter takes.
  std::string pattern;
  Handler handler;
  // A larger body is answered 413; none: the session's limit.
  std::optional<size_t> max_body_bytes;
  // Asked of a request that has a body, before that is read: an answer refuses it. Empty: none is refused.
  // Must not block and must not throw.
  std::function<std::optional<Response>(const Request& request)> admit = {};
  // Where the bytes of bodies are taken from; null: they have no bound together.
  std::shared_ptr<BodyBudget> bodies = {};
};

// Finds the handler of a request by its path and verb.
//
// Thread Safety: routes are added first; after that the rest may be called from many threads at once.
class Router {
 public:
  // HEAD is answered by GET's handler, and the session leaves the body out. Of several patterns that fit a
  // path the one that was added first counts.
  void Add(Route route);
  void Add(Verb verb, std::string pattern, Handler handler) {
    Add({verb, std::move(pattern), std::move(handler), {}, {}, {}});
  }

  // The route of a request, and its parameters in `parameters`; null when there is none: `refusal` then is
  // the answer, 404, or 405 with the verbs that there are.
  const Route* Find(Verb verb, const Target& target,
                    std::map<std::string, std::string, std::less<>>& parameters, Response& refusal) const;
  // Calls the handler, or answers with the refusal.
  void Dispatch(Request request, Responder respond) const;

  const std::vector<Route>& routes() const { return routes_; }

 private:
  std::vector<Route> routes_;
  std::vector<std::vector<std::string>> segments_;  // of each route's pattern
};

}  // namespace replog::http
