#pragma once

#include <functional>
#include <optional>
#include <string>

#include "absl/status/statusor.h"
#include "base/http/message.h"
#include "server/auth/caller.h"

namespace replog {

// One request to a route, with what the router found out about it. Valid until the handler returns.
struct Call {
  const http::Request& request;
  const std::string& request_id;
  std::optional<Caller> caller;  // who calls; none of a route that is open

  const std::string& Parameter(std::string_view name) const { return request.Parameter(name); }
};

// Answers a call: with a response, or with an error that becomes one. From any thread, once.
using Reply = std::function<void(absl::StatusOr<http::Response>)>;

}  // namespace replog
