#pragma once

// Beast's headers use it and do not include it, so it must stay first.
// clang-format off
#include <ostream>
// clang-format on

#include <atomic>
#include <boost/beast/http/fields.hpp>
#include <boost/beast/http/status.hpp>
#include <boost/beast/http/verb.hpp>
#include <functional>
#include <map>
#include <memory>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "base/http/target.h"
#include "base/http/wiping_allocator.h"

namespace replog::http {

using Verb = boost::beast::http::verb;
using StatusCode = boost::beast::http::status;
using Fields = boost::beast::http::basic_fields<WipingAllocator<char>>;

// Who is at the other end of a connection.
struct Peer {
  std::string address;  // "127.0.0.1:40000"
  bool encrypted = false;
  // Of a client certificate that was verified: its common name and its alternative names. Empty: there is
  // none.
  std::vector<std::string> certificate_names;
};

// A request, as a handler sees it: whole, within the size limits, with its target decoded.
struct Request {
  Verb verb = Verb::get;
  Target target;
  // What the parameters of the route's pattern stand for, decoded.
  std::map<std::string, std::string, std::less<>> parameters;
  // Of the header alone: what comes behind a body in chunks (trailers) nobody has judged.
  Fields fields;
  std::string body;
  Peer peer;
  // True once nobody waits for the answer as far as is known: the client has closed the connection, or its
  // side of it, or the handler's time is over. Null: that is not looked at.
  std::shared_ptr<const std::atomic<bool>> abandoned;

  // The value of a header field, whatever the case of its name; empty: there is none.
  std::string_view Field(std::string_view name) const;
  // The value of a parameter that the pattern has.
  const std::string& Parameter(std::string_view name) const { return parameters.find(name)->second; }
};

// Gives a body piece by piece: replaces `piece` with what comes next, and returns whether more follows.
// Called when the piece before was written, so that a long answer costs the memory of one piece.
using BodySource = std::function<bool(std::string& piece)>;

// Bytes that several answers may share.
using SharedBytes = std::shared_ptr<const std::string>;

// A body whose pieces come when there is something to say, as events do. One piece is in flight: the next is
// asked for when the connection has taken the one before, so a client that does not read costs one piece.
class BodyStream {
 public:
  // Takes the next piece; null ends the body. Called once for each Next, from any thread.
  using Give = std::function<void(SharedBytes piece)>;

  virtual ~BodyStream() = default;
  // Asks for the next piece, which may come at once or later.
  virtual void Next(Give give) = 0;
  // The client is gone: nothing is asked for any more. Not called after the end.
  virtual void Leave() = 0;
};

struct Response {
  StatusCode status = StatusCode::ok;
  std::string body;
  // When set, the body is what this gives, and `body` is not used.
  BodySource source;
  // So too.
  std::shared_ptr<BodyStream> stream;
  std::string content_type = "application/json";
  // Further fields, as {"Allow", "GET"}.
  std::vector<std::pair<std::string, std::string>> fields;
  // Kept until the answer is written or the client is gone.
  std::shared_ptr<const void> held;
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
