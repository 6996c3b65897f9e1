#pragma once

// Beast's headers use it and do not include it, so it must stay first.
// clang-format off
#include <ostream>
// clang-format on

#include <boost/beast/http/status.hpp>
#include <boost/beast/http/verb.hpp>
#include <functional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "base/http/target.h"

namespace replog::http {

using Verb = boost::beast::http::verb;
using StatusCode = boost::beast::http::status;

// A request, as a handler sees it: whole, within the size limits, with its target decoded.
struct Request {
  Verb verb = Verb::get;
  Target target;
  std::string body;
};

// Gives a body piece by piece: replaces `piece` with what comes next, and returns whether more follows.
// Called when the piece before was written, so that a long answer costs the memory of one piece.
using BodySource = std::function<bool(std::string& piece)>;

struct Response {
  StatusCode status = StatusCode::ok;
  std::string body;
  // When set, the body is what this gives, and `body` is not used.
  BodySource source;
  std::string content_type = "application/json";
  // Further fields, as {"Allow", "GET"}.
  std::vector<std::pair<std::string, std::string>> fields;
};

// What an error's body says beside its reason and message, as {"field", "channel"}.
using ErrorDetails = std::vector<std::pair<std::string, std::string>>;

// A refusal or failure: {"error": {"reason": …, "message": …, details…}}. `reason` is for programs.
Response ErrorResponse(StatusCode status, std::string_view reason, std::string_view message,
                       const ErrorDetails& details = {});

// Answers a request. May be called on any thread, also after the handler returned; only the first call
// counts, and a call after the client left or the time was over does nothing.
using Responder = std::function<void(Response)>;

// Must not block and must not throw. `request` lives until the handler returns.
using Handler = std::function<void(const Request& request, Responder respond)>;

}  // namespace replog::http
