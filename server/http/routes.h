#pragma once

#include <functional>
#include <optional>
#include <string>

#include "base/http/router.h"
#include "server/http/api_context.h"
#include "server/http/call.h"

namespace replog {

// Who may ask for a route.
enum class Guard : uint8_t {
  kOpen,    // everybody, also without a credential: it tells nothing of what is in the logs
  kCaller,  // who is known; what it may do, the handler asks of the call's caller
};

struct ApiRoute {
  http::Verb verb = http::Verb::get;
  std::string pattern;
  Guard guard = Guard::kCaller;
  std::function<void(const Call& call, Reply reply)> handler;
  std::optional<size_t> max_body_bytes = {};
  bool waits = false;  // for somebody, by design: then its time is not told
  // Of a request with a body, before that is read: what the caller may not, by the path alone. Empty:
  // nothing.
  std::function<absl::Status(const Caller& caller, const http::Request& request)> may = {};
  // The same of an open route, whose caller nobody knows: what its header alone tells.
  std::function<absl::Status(const http::Request& request)> admit = {};
};

// Adds routes to a router, with what they all have in common around each: who calls, protection against
// requests that another site has a browser make, the request's id, and how errors are told.
class Routes {
 public:
  // Both must outlive it; `context` also the router.
  Routes(ApiContext& context, http::Router& router) : context_(context), router_(router) {}

  void Add(ApiRoute route);
  // The same at its path and behind the prefix /replication-log.
  void AddBoth(const ApiRoute& route);

  ApiContext& context() { return context_; }

 private:
  ApiContext& context_;
  http::Router& router_;
};

}  // namespace replog
