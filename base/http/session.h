#pragma once

#include <boost/asio/steady_timer.hpp>
#include <boost/beast/core/flat_buffer.hpp>
#include <boost/beast/http/buffer_body.hpp>
#include <boost/beast/http/message.hpp>
#include <boost/beast/http/parser.hpp>
#include <boost/beast/http/serializer.hpp>
#include <chrono>
#include <functional>
#include <limits>
#include <memory>
#include <optional>
#include <string>

#include "base/http/arriving_body.h"
#include "base/http/connection.h"
#include "base/http/message.h"
#include "base/http/router.h"
#include "base/http/session_set.h"

namespace replog::http {

struct SessionOptions {
  // A connection whose file descriptor is this or more is closed at once; see base/file_bound.h.
  int descriptor_bound = std::numeric_limits<int>::max();
  // A larger request line with its fields is answered 431.
  size_t max_header_bytes = 16 << 10;
  // A larger body is answered 413, unless its route takes more.
  size_t max_body_bytes = 256 << 10;
  // How long a connection may be without a request.
  std::chrono::milliseconds idle_timeout{60'000};
  // How long a handshake may take, and how long it may take until a request's header is there as a whole,
  // from its first byte, or from the connection's begin.
  std::chrono::milliseconds header_timeout{10'000};
  // How long a body may take to come.
  std::chrono::milliseconds read_timeout{30'000};
  // How long a handler may take; then 504 is answered for it.
  std::chrono::milliseconds handler_timeout{15'000};
  // How long one piece of an answer may take to leave.
  std::chrono::milliseconds write_timeout{30'000};
  // Told of each handshake that fails, with the client's address and what was wrong with it; not of a client
  // that leaves or says nothing. Empty: nobody is. From any thread; must not block.
  std::function<void(const std::string& address, const std::string& why)> on_handshake_failed = {};
};

// One connection: reads a request, has it handled, writes the answer, and so on until one side ends it.
//
// Thread Safety: runs on the socket's executor, which must be a strand; only StopSoon and MakeRoom may be
// called from elsewhere. Lifetime: keeps itself alive while something is under way; router and set must
// outlive it.
class Session : public std::enable_shared_from_this<Session> {
 public:
  // `tls`: null for a plain connection.
  Session(boost::asio::ip::tcp::socket socket, const TlsContext& tls, const SessionOptions& options,
          const Router& router, SessionSet& sessions);
  ~Session();
  Session(const Session&) = delete;
  Session& operator=(const Session&) = delete;

  // Once, after construction.
  void Start();
  // Ends the connection after the request in hand. Any thread.
  void StopSoon();
  // Ends the connection if it has no request in hand; else the set has another one do so. Any thread.
  void MakeRoom();

 private:
  using Error = boost::system::error_code;
  using Body = boost::beast::http::buffer_body;
  using Parser = boost::beast::http::request_parser<ArrivingBody, WipingAllocator<char>>;

  void ShakeHands();
  void OnHandshake(Error error, const std::string& address);
  // Waits for the first byte of the next request.
  void AwaitRequest();
  void ReadHeader();
  void OnHeader(Error error);
  // Finds the route, and with it how large the body may be.
  void OnTarget();
  // Whether the body is to be read is decided here: until then none of it costs memory.
  void BeginBody();
  void WriteContinue();
  void ReadBody();
  void ReadMore();
  void OnBody(Error error);
  // How much of the body is read next: about as much as came already.
  size_t NextBodyPiece() const;
  // Takes from the budget what the body has and the next read may bring, whatever length was said: false
  // when that has no room.
  bool ReserveBody();
  // Answers what cannot be read as a request, and says whether there was anything to answer.
  void RefuseUnreadable(Error error);
  void RefuseLargeBody();
  void RefuseFraming(const std::string& fault);
  void Dispatch();
  // What a handler gets: it leads back here as long as `exchange` is the one in hand.
  Responder MakeResponder();
  // Learns that the client has closed its side, as far as that shows: not behind bytes of a next request.
  void WatchForLeaving();
  void OnHandlerTimeout();
  void Refuse(Response response);
  void Respond(Response response);
  void MakeHead();
  void WriteHead();
  // Sets the piece that is written next.
  void NextPiece();
  void WritePiece();
  void OnPiece(Error error);
  void Finish();
  // Ends our side, and takes what the client still sends for a moment: closing at once could make the
  // client's system drop an answer that it has not read yet.
  void CloseGently();
  void Drain();

  // A body whose pieces come in their time: nothing of the request and no buffer is kept meanwhile.
  void BeginStream();
  // Learns that the client left, which nobody else would notice while there is nothing to write.
  void WatchClient();
  void AskForPiece();
  void WriteStreamed(SharedBytes piece);
  void EndStream();
  void LeaveStream();

  const SessionOptions& options_;
  const Router& router_;
  SessionSet& sessions_;
  Connection stream_;
  boost::asio::steady_timer handler_timer_;
  boost::beast::basic_flat_buffer<WipingAllocator<char>> buffer_;
  std::optional<Parser> parser_;
  // What is known of the request once its header is there.
  const Route* route_ = nullptr;
  Request request_;
  uint64_t body_limit_ = 0;
  // Of the body's memory; from Dispatch on the responder has it, for as long as the request is handled.
  std::shared_ptr<BodyShare> share_;
  std::shared_ptr<std::atomic<bool>> abandoned_;  // the request's
  unsigned version_ = 0;                          // of HTTP, times ten
  bool keep_alive_ = false;
  bool head_only_ = false;
  std::optional<boost::beast::http::response<Body>> head_;
  std::optional<boost::beast::http::response_serializer<Body>> serializer_;
  // The answer being written, and its piece when it has a source or a stream.
  Response response_;
  std::string piece_;
  SharedBytes streamed_;
  bool streaming_ = false;
  bool chunked_ = false;
  char watched_ = 0;
  // Counts requests, so that a late answer to an earlier one is recognised.
  uint64_t exchange_ = 0;
  bool awaiting_response_ = false;
  bool idle_ = false;
};

}  // namespace replog::http
