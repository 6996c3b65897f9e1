#include "base/http/session.h"

#include <boost/asio/post.hpp>
#include <boost/beast/core/bind_handler.hpp>
#include <boost/beast/http/empty_body.hpp>
#include <boost/beast/http/read.hpp>
#include <boost/beast/http/rfc7230.hpp>
#include <boost/beast/http/write.hpp>

namespace replog::http {
namespace {

namespace asio = boost::asio;
namespace beast = boost::beast;
namespace bhttp = boost::beast::http;

constexpr std::chrono::seconds kDrainTime{2};
constexpr unsigned kHttp10 = 10;

bool ExpectsContinue(const bhttp::request<bhttp::string_body>& request) {
  return beast::iequals(request[bhttp::field::expect], "100-continue");
}

std::string_view View(beast::string_view text) { return {text.data(), text.size()}; }

Response HandlerTimedOut() {
  return ErrorResponse(
      StatusCode::gateway_timeout, "TIMEOUT",
      "the request was not finished in time: whether it took effect or still will is not known",
      {{"fate", "unknown"}});
}

}  // namespace

Session::Session(asio::ip::tcp::socket socket, const SessionOptions& options, const Router& router,
                 SessionSet& sessions)
    : options_(options),
      router_(router),
      sessions_(sessions),
      stream_(std::move(socket)),
      handler_timer_(stream_.get_executor()) {
  sessions_.Add(this);
}

Session::~Session() { sessions_.Remove(this); }

void Session::Start() {
  asio::post(stream_.get_executor(), beast::bind_front_handler(&Session::ReadHeader, shared_from_this()));
}

void Session::StopSoon() {
  asio::post(stream_.get_executor(), [self = shared_from_this()] {
    if (self->idle_) self->stream_.close();
  });
}

// --- reading

void Session::ReadHeader() {
  // Asked after every request; a session that reads its header meanwhile is closed by StopSoon.
  if (sessions_.stopping()) return;
  idle_ = true;
  parser_.emplace();
  parser_->header_limit(static_cast<uint32_t>(options_.max_header_bytes));
  parser_->body_limit(options_.max_body_bytes);
  stream_.expires_after(options_.idle_timeout);
  bhttp::async_read_header(stream_, buffer_, *parser_,
                           [self = shared_from_this()](Error error, size_t) { self->OnHeader(error); });
}

void Session::OnHeader(Error error) {
  idle_ = false;
  if (error) return RefuseUnreadable(error);
  if (!parser_->is_done() && ExpectsContinue(parser_->get())) return WriteContinue();
  ReadBody();
}

void Session::WriteContinue() {
  auto answer = std::make_shared<bhttp::response<bhttp::empty_body>>(StatusCode::continue_, 11);
  stream_.expires_after(options_.write_timeout);
  bhttp::async_write(stream_, *answer, [self = shared_from_this(), answer](Error error, size_t) {
    if (!error) self->ReadBody();
  });
}

void Session::ReadBody() {
  stream_.expires_after(options_.read_timeout);
  bhttp::async_read(stream_, buffer_, *parser_,
                    [self = shared_from_this()](Error error, size_t) { self->OnBody(error); });
}

void Session::OnBody(Error error) {
  if (error) return RefuseUnreadable(error);
  Dispatch();
}

void Session::RefuseUnreadable(Error error) {
  const bool protocol = error.category() == make_error_code(bhttp::error::bad_value).category();
  // Everything else is the client's leaving, or a time-out.
  if (!protocol || error == bhttp::error::end_of_stream || error == bhttp::error::partial_message) return;
  awaiting_response_ = true;
  if (error == bhttp::error::body_limit) {
    Respond(ErrorResponse(StatusCode::payload_too_large, "TOO_LARGE",
                          "the body is larger than " + std::to_string(options_.max_body_bytes) + " bytes",
                          {{"field", "body"}}));
  } else if (error == bhttp::error::header_limit) {
    Respond(ErrorResponse(StatusCode::request_header_fields_too_large, "TOO_LARGE",
                          "the header is larger than " + std::to_string(options_.max_header_bytes) + " bytes",
                          {{"field", "header"}}));
  } else {
    Respond(ErrorResponse(StatusCode::bad_request, "MALFORMED", "not an HTTP request: " + error.message()));
  }
}

// --- handling

void Session::Dispatch() {
  awaiting_response_ = true;
  auto target = ParseTarget(View(parser_->get().target()));
  if (!target) {
    return Respond(ErrorResponse(StatusCode::bad_request, "MALFORMED", "the request's target is not legal",
                                 {{"field", "target"}}));
  }
  handler_timer_.expires_after(options_.handler_timeout);
  handler_timer_.async_wait([self = shared_from_this(), exchange = exchange_](Error error) {
    if (!error && self->exchange_ == exchange) self->OnHandlerTimeout();
  });
  const Request request{parser_->get().method(), *std::move(target), std::move(parser_->get().body())};
  router_.Dispatch(request, MakeResponder());
}

Responder Session::MakeResponder() {
  return [weak = weak_from_this(), exchange = exchange_](Response response) {
    const auto self = weak.lock();
    if (!self) return;
    asio::post(self->stream_.get_executor(), [self, exchange, response = std::move(response)]() mutable {
      if (self->exchange_ == exchange) self->Respond(std::move(response));
    });
  };
}

void Session::OnHandlerTimeout() { Respond(HandlerTimedOut()); }

// --- answering

void Session::Respond(Response response) {
  if (!awaiting_response_) return;
  awaiting_response_ = false;
  handler_timer_.cancel();
  response_ = std::move(response);
  const auto& request = parser_->get();
  const unsigned version = parser_->is_header_done() ? request.version() : 11;
  head_.emplace(response_.status, version);
  head_->set(bhttp::field::content_type, response_.content_type);
  for (const auto& [name, value] : response_.fields) head_->set(name, value);
  // A request that was not read to its end leaves bytes that are no request.
  head_->keep_alive(parser_->is_done() && request.keep_alive() && !sessions_.stopping() &&
                    !(response_.source && version == kHttp10));
  if (response_.source) {
    head_->chunked(version != kHttp10);
  } else {
    head_->content_length(response_.body.size());
  }
  serializer_.emplace(*head_);
  if (request.method() == Verb::head) {
    serializer_->split(true);
    stream_.expires_after(options_.write_timeout);
    bhttp::async_write_header(stream_, *serializer_, [self = shared_from_this()](Error error, size_t) {
      if (!error) self->Finish();
    });
    return;
  }
  NextPiece();
  WritePiece();
}

void Session::NextPiece() {
  bool more = false;
  if (response_.source) {
    // An empty chunk would be the last one.
    do {
      piece_.clear();
      more = response_.source(piece_);
    } while (more && piece_.empty());
  } else {
    piece_ = std::move(response_.body);
  }
  head_->body().data = piece_.empty() ? nullptr : piece_.data();
  head_->body().size = piece_.size();
  head_->body().more = more;
}

void Session::WritePiece() {
  stream_.expires_after(options_.write_timeout);
  bhttp::async_write(stream_, *serializer_,
                     [self = shared_from_this()](Error error, size_t) { self->OnPiece(error); });
}

void Session::OnPiece(Error error) {
  if (error == bhttp::error::need_buffer) {
    NextPiece();
    WritePiece();
  } else if (!error) {
    Finish();
  }
}

void Session::Finish() {
  ++exchange_;
  response_ = {};
  piece_ = {};
  if (!head_->keep_alive()) return CloseGently();
  ReadHeader();
}

void Session::CloseGently() {
  Error ignored;
  stream_.socket().shutdown(asio::ip::tcp::socket::shutdown_send, ignored);
  stream_.expires_after(kDrainTime);
  buffer_.clear();
  Drain();
}

void Session::Drain() {
  buffer_.clear();
  stream_.async_read_some(buffer_.prepare(4096), [self = shared_from_this()](Error error, size_t) {
    if (!error) self->Drain();
  });
}

}  // namespace replog::http
