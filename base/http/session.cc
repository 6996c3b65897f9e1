#include "base/http/session.h"

#include <boost/asio/post.hpp>
#include <boost/asio/ssl/error.hpp>
#include <boost/asio/write.hpp>
#include <boost/beast/core/bind_handler.hpp>
#include <boost/beast/http/chunk_encode.hpp>
#include <boost/beast/http/empty_body.hpp>
#include <boost/beast/http/read.hpp>
#include <boost/beast/http/rfc7230.hpp>
#include <boost/beast/http/write.hpp>

#include "base/http/framing.h"

namespace replog::http {
namespace {

namespace asio = boost::asio;
namespace beast = boost::beast;
namespace bhttp = boost::beast::http;

constexpr std::chrono::seconds kDrainTime{2};
constexpr unsigned kHttp10 = 10;
constexpr unsigned kHttp11 = 11;
// Enough for most headers.
constexpr size_t kFirstReadBytes = 1024;
// Of a body: at first little more than the connection costs anyway, for silence must cost nobody anything;
// and at most enough for few system calls.
constexpr size_t kFirstPieceBytes = 4 << 10;
constexpr size_t kLastPieceBytes = 64 << 10;
constexpr size_t kDrainBytes = 4 << 10;

bool ExpectsContinue(const Request& request) {
  return beast::iequals(request.fields[bhttp::field::expect], "100-continue");
}

std::string_view View(beast::string_view text) { return {text.data(), text.size()}; }

Response HandlerTimedOut() {
  return ErrorResponse(
      StatusCode::gateway_timeout, "TIMEOUT",
      "the request was not finished in time: whether it took effect or still will is not known",
      {{"fate", "unknown"}});
}

}  // namespace

Session::Session(asio::ip::tcp::socket socket, const TlsContext& tls, const SessionOptions& options,
                 const Router& router, SessionSet& sessions)
    : options_(options),
      router_(router),
      sessions_(sessions),
      stream_(std::move(socket), tls),
      handler_timer_(stream_.get_executor()) {
  sessions_.Add(this);
}

Session::~Session() {
  if (streaming_) response_.stream->Leave();
  sessions_.Remove(this);
}

void Session::Start() {
  asio::post(stream_.get_executor(), beast::bind_front_handler(&Session::ShakeHands, shared_from_this()));
}

void Session::StopSoon() {
  asio::post(stream_.get_executor(), [self = shared_from_this()] {
    if (self->idle_) self->stream_.Close();
  });
}

void Session::MakeRoom() {
  asio::post(stream_.get_executor(), [self = shared_from_this()] {
    if (self->idle_) return self->stream_.Close();
    self->sessions_.MakeRoom();
  });
}

// --- reading

void Session::ShakeHands() {
  idle_ = true;
  sessions_.SetIdle(this, true);
  stream_.tcp().expires_after(options_.header_timeout);
  if (!stream_.encrypted()) return ReadHeader();
  // Once it has failed nobody may be there to be asked.
  stream_.async_handshake([self = shared_from_this(), address = stream_.address()](Error error) {
    self->OnHandshake(error, address);
  });
}

void Session::OnHandshake(Error error, const std::string& address) {
  if (!error) return ReadHeader();
  if (error.category() == asio::error::get_ssl_category() && options_.on_handshake_failed)
    options_.on_handshake_failed(address, error.message());
}

void Session::AwaitRequest() {
  // Asked after every request; a session that waits meanwhile is closed by StopSoon.
  if (sessions_.stopping()) return;
  idle_ = true;
  sessions_.SetIdle(this, true);
  if (buffer_.size() > 0) {
    stream_.tcp().expires_after(options_.header_timeout);
    return ReadHeader();
  }
  buffer_.shrink_to_fit();
  stream_.tcp().expires_after(options_.idle_timeout);
  stream_.async_read_some(buffer_.prepare(kFirstReadBytes),
                          [self = shared_from_this()](Error error, size_t bytes) {
                            if (error) return;
                            self->buffer_.commit(bytes);
                            self->stream_.tcp().expires_after(self->options_.header_timeout);
                            self->ReadHeader();
                          });
}

void Session::ReadHeader() {
  version_ = kHttp11;
  keep_alive_ = false;
  head_only_ = false;
  parser_.emplace();
  parser_->header_limit(static_cast<uint32_t>(options_.max_header_bytes));
  // What the limit is says the route.
  parser_->body_limit(UINT64_MAX);
  bhttp::async_read_header(stream_, buffer_, *parser_,
                           [self = shared_from_this()](Error error, size_t) { self->OnHeader(error); });
}

void Session::OnHeader(Error error) {
  idle_ = false;
  sessions_.SetIdle(this, false);
  if (error) return RefuseUnreadable(error);
  OnTarget();
}

void Session::OnTarget() {
  const auto& header = parser_->get();
  version_ = header.version();
  keep_alive_ = header.keep_alive();
  if (const auto fault = FramingFault(header, version_)) return RefuseFraming(*fault);
  request_ = {};
  request_.verb = header.method();
  head_only_ = request_.verb == Verb::head;
  auto target = ParseTarget(View(header.target()));
  if (!target) {
    return Refuse(ErrorResponse(StatusCode::bad_request, "MALFORMED", "the request's target is not legal",
                                {{"field", "target"}}));
  }
  request_.target = *std::move(target);
  request_.fields = std::move(parser_->get().base());
  request_.peer = stream_.peer();
  Response refusal;
  route_ = router_.Find(request_.verb, request_.target, request_.parameters, refusal);
  if (route_ == nullptr) return Refuse(std::move(refusal));
  body_limit_ = route_->max_body_bytes.value_or(options_.max_body_bytes);
  parser_->body_limit(body_limit_);
  if (parser_->is_done()) return Dispatch();
  BeginBody();
}

void Session::BeginBody() {
  if (route_->admit) {
    if (auto refusal = route_->admit(request_)) return Refuse(*std::move(refusal));
  }
  if (parser_->content_length().value_or(0) > body_limit_) return RefuseLargeBody();
  if (route_->bodies != nullptr) share_ = std::make_shared<BodyShare>(route_->bodies);
  if (ExpectsContinue(request_)) return WriteContinue();
  ReadBody();
}

void Session::WriteContinue() {
  auto answer = std::make_shared<bhttp::response<bhttp::empty_body>>(StatusCode::continue_, kHttp11);
  stream_.tcp().expires_after(options_.write_timeout);
  bhttp::async_write(stream_, *answer, [self = shared_from_this(), answer](Error error, size_t) {
    if (!error) self->ReadBody();
  });
}

void Session::ReadBody() {
  parser_->eager(true);
  stream_.tcp().expires_after(options_.read_timeout);
  ReadMore();
}

void Session::ReadMore() {
  // Beast reads as much at once as there is room for.
  buffer_.reserve(
      std::min<size_t>(parser_->content_length_remaining().value_or(body_limit_), NextBodyPiece()));
  bhttp::async_read_some(stream_, buffer_, *parser_,
                         [self = shared_from_this()](Error error, size_t) { self->OnBody(error); });
}

size_t Session::NextBodyPiece() const {
  return std::clamp(parser_->get().body().size(), kFirstPieceBytes, kLastPieceBytes);
}

void Session::OnBody(Error error) {
  if (error) return RefuseUnreadable(error);
  if (!ReserveBody()) return Refuse(share_->Refusal());
  if (parser_->is_done()) return Dispatch();
  ReadMore();
}

bool Session::ReserveBody() {
  std::string& body = parser_->get().body();
  const bool whole = parser_->is_done();
  if (!whole && body.size() < kFirstPieceBytes) return true;
  size_t room = body.capacity();
  const size_t needed = whole ? room : body.size() + NextBodyPiece();
  const size_t most = parser_->content_length().value_or(body_limit_);
  if (room < std::min(most, needed)) {
    room = std::max(needed, 2 * room);
    // The last step takes all that is left: a string that grows to less than twice its room goes beyond.
    if (most < 2 * room) room = most;
  }
  // What was read and is not yet of the body has its place too.
  if (share_ != nullptr && !share_->GrowTo(room + std::min(room, kLastPieceBytes))) return false;
  body.reserve(room);
  return true;
}

void Session::RefuseUnreadable(Error error) {
  const bool protocol = error.category() == make_error_code(bhttp::error::bad_value).category();
  // Everything else is the client's leaving, or a time-out.
  if (!protocol || error == bhttp::error::end_of_stream || error == bhttp::error::partial_message) return;
  if (error == bhttp::error::body_limit) return RefuseLargeBody();
  if (error == bhttp::error::header_limit) {
    return Refuse(
        ErrorResponse(StatusCode::request_header_fields_too_large, "TOO_LARGE",
                      "the header is larger than " + std::to_string(options_.max_header_bytes) + " bytes",
                      {{"field", "header"}}));
  }
  Refuse(ErrorResponse(StatusCode::bad_request, "MALFORMED", "not an HTTP request: " + error.message()));
}

void Session::RefuseLargeBody() {
  const std::string limit = std::to_string(body_limit_);
  Refuse(ErrorResponse(StatusCode::payload_too_large, "TOO_LARGE",
                       "the body is larger than " + limit + " bytes", {{"field", "body"}, {"limit", limit}}));
}

void Session::RefuseFraming(const std::string& fault) {
  // Where the next request begins is not known.
  keep_alive_ = false;
  Refuse(ErrorResponse(StatusCode::bad_request, "MALFORMED", "not an HTTP request to rely on: " + fault));
}

// --- handling

void Session::Dispatch() {
  awaiting_response_ = true;
  handler_timer_.expires_after(options_.handler_timeout);
  handler_timer_.async_wait([self = shared_from_this(), exchange = exchange_](Error error) {
    if (!error && self->exchange_ == exchange) self->OnHandlerTimeout();
  });
  request_.body = std::move(parser_->get().body());
  abandoned_ = std::make_shared<std::atomic<bool>>(false);
  request_.abandoned = abandoned_;
  WatchForLeaving();
  route_->handler(request_, MakeResponder());
  request_ = {};
}

void Session::WatchForLeaving() {
  auto& socket = stream_.tcp().socket();
  socket.async_wait(socket.wait_read, [weak = weak_from_this(), abandoned = abandoned_](Error error) {
    const auto self = weak.lock();
    if (error || !self) return;
    // Ready without a byte: its end.
    if (self->stream_.tcp().socket().available(error) == 0) *abandoned = true;
  });
}

Responder Session::MakeResponder() {
  // Whoever has the responder may have the body too, also after its time was over.
  return [weak = weak_from_this(), exchange = exchange_,
          share = std::exchange(share_, nullptr)](Response response) {
    const auto self = weak.lock();
    if (!self) return;
    asio::post(self->stream_.get_executor(), [self, exchange, response = std::move(response)]() mutable {
      if (self->exchange_ == exchange) self->Respond(std::move(response));
    });
  };
}

void Session::OnHandlerTimeout() {
  *abandoned_ = true;
  Respond(HandlerTimedOut());
}

// --- answering

void Session::Refuse(Response response) {
  awaiting_response_ = true;
  request_ = {};
  // A request that was not read to its end leaves bytes that are no request.
  if (!parser_->is_done()) keep_alive_ = false;
  Respond(std::move(response));
}

void Session::Respond(Response response) {
  if (!awaiting_response_) return;
  awaiting_response_ = false;
  handler_timer_.cancel();
  parser_.reset();
  share_.reset();
  // Its bytes are wiped before anybody has the answer.
  if (buffer_.size() == 0) buffer_.shrink_to_fit();
  response_ = std::move(response);
  MakeHead();
  if (response_.stream != nullptr || head_only_) return WriteHead();
  NextPiece();
  WritePiece();
}

void Session::MakeHead() {
  const bool whole = !response_.source && response_.stream == nullptr;
  // Without chunks only the connection's end can be that of a body of unknown length. And behind a stream
  // nobody reads requests: what comes meanwhile is taken for the client's leaving.
  if (sessions_.stopping() || (!whole && version_ == kHttp10) || response_.stream != nullptr)
    keep_alive_ = false;
  head_.emplace(response_.status, version_);
  head_->set(bhttp::field::content_type, response_.content_type);
  for (const auto& [name, value] : response_.fields) head_->set(name, value);
  head_->keep_alive(keep_alive_);
  // That nothing has changed has no body, and the length that it could say is another answer's (RFC
  // 9110, 8.6).
  if (!whole) {
    head_->chunked(version_ != kHttp10);
  } else if (response_.status != StatusCode::not_modified) {
    head_->content_length(response_.body.size());
  }
  serializer_.emplace(*head_);
}

void Session::WriteHead() {
  serializer_->split(true);
  stream_.tcp().expires_after(options_.write_timeout);
  bhttp::async_write_header(stream_, *serializer_, [self = shared_from_this()](Error error, size_t) {
    if (error) return;
    if (self->head_only_) return self->Finish();
    self->BeginStream();
  });
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
  stream_.tcp().expires_after(options_.write_timeout);
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
  serializer_.reset();
  head_.reset();
  if (!keep_alive_) return CloseGently();
  AwaitRequest();
}

void Session::CloseGently() {
  stream_.ShutDownSend();
  buffer_.clear();
  buffer_.shrink_to_fit();
  stream_.tcp().expires_after(kDrainTime);
  Drain();
}

void Session::Drain() {
  buffer_.clear();
  stream_.async_read_some(buffer_.prepare(kDrainBytes), [self = shared_from_this()](Error error, size_t) {
    if (!error) self->Drain();
  });
}

// --- streaming

void Session::BeginStream() {
  chunked_ = head_->chunked();
  serializer_.reset();
  head_.reset();
  response_.fields = {};
  buffer_.clear();
  buffer_.shrink_to_fit();
  streaming_ = true;
  stream_.tcp().expires_never();
  WatchClient();
  AskForPiece();
}

void Session::WatchClient() {
  // Whatever it is: a client that waits for events has nothing to say, and its end is its leaving.
  stream_.async_read_some(asio::buffer(&watched_, 1), [self = shared_from_this()](Error, size_t) {
    self->LeaveStream();
    self->handler_timer_.cancel();
  });
}

void Session::AskForPiece() {
  response_.stream->Next([weak = weak_from_this()](SharedBytes piece) {
    const auto self = weak.lock();
    if (!self) return;
    asio::post(self->stream_.get_executor(),
               [self, piece = std::move(piece)]() mutable { self->WriteStreamed(std::move(piece)); });
  });
}

void Session::WriteStreamed(SharedBytes piece) {
  if (!streaming_) return;
  if (piece == nullptr) return EndStream();
  // An empty chunk would be the last one.
  if (piece->empty()) return AskForPiece();
  streamed_ = std::move(piece);
  stream_.tcp().expires_after(options_.write_timeout);
  const auto written = [self = shared_from_this()](Error error, size_t) {
    self->streamed_ = nullptr;
    if (error) return self->LeaveStream();
    if (self->streaming_) self->AskForPiece();
  };
  const asio::const_buffer bytes = asio::buffer(*streamed_);
  if (!chunked_) return asio::async_write(stream_, bytes, written);
  asio::async_write(stream_, bhttp::make_chunk(bytes), written);
}

void Session::EndStream() {
  streaming_ = false;
  response_ = {};
  stream_.tcp().expires_after(options_.write_timeout);
  const auto shut = [self = shared_from_this()](Error, size_t) {
    self->stream_.ShutDownSend();
    // The client's end is still waited for.
    self->handler_timer_.expires_after(kDrainTime);
    self->handler_timer_.async_wait([self](Error) { self->stream_.Close(); });
  };
  if (!chunked_) return shut({}, 0);
  asio::async_write(stream_, bhttp::make_chunk_last(), shut);
}

void Session::LeaveStream() {
  if (!streaming_) return;
  streaming_ = false;
  stream_.Close();
  const auto stream = std::move(response_.stream);
  response_ = {};
  stream->Leave();
}

}  // namespace replog::http
