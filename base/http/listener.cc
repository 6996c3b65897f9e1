#include "base/http/listener.h"

#include <netinet/tcp.h>

#include <boost/asio/post.hpp>

#include "base/http/endpoint.h"

namespace replog::http {

namespace asio = boost::asio;
using asio::ip::tcp;

namespace {

// How long to wait when the system has no file or memory for a connection.
constexpr std::chrono::milliseconds kPause{100};

// How long a client may leave unanswered what was sent to it, before it counts as gone.
constexpr int kGoneAfterMs = 30'000;

void SetOptions(tcp::socket& socket) {
  boost::system::error_code ignored;
  socket.set_option(tcp::no_delay(true), ignored);
  ::setsockopt(socket.native_handle(), IPPROTO_TCP, TCP_USER_TIMEOUT, &kGoneAfterMs, sizeof(kGoneAfterMs));
}

}  // namespace

Listener::Listener(asio::io_context& io, const SessionOptions& options, const Router& router,
                   SessionSet& sessions, const TlsProvider& tls)
    : io_(io),
      options_(options),
      router_(router),
      sessions_(sessions),
      tls_(tls),
      strand_(asio::make_strand(io)),
      acceptor_(strand_),
      pause_(strand_) {}

absl::Status Listener::Open(const tcp::endpoint& endpoint) {
  boost::system::error_code error;
  const auto step = [&error](auto&& action) {
    if (!error) action();
  };
  acceptor_.open(endpoint.protocol(), error);
  step([&] { acceptor_.set_option(tcp::acceptor::reuse_address(true), error); });
  step([&] { acceptor_.bind(endpoint, error); });
  step([&] { acceptor_.listen(tcp::socket::max_listen_connections, error); });
  step([&] { endpoint_ = acceptor_.local_endpoint(error); });
  if (!error) return absl::OkStatus();
  return absl::UnavailableError("cannot listen on " + EndpointName(endpoint) + ": " + error.message());
}

void Listener::Start() {
  asio::post(strand_, [self = shared_from_this()] { self->Await(); });
}

void Listener::Stop() {
  asio::post(strand_, [self = shared_from_this()] {
    boost::system::error_code ignored;
    self->acceptor_.close(ignored);
    self->pause_.cancel();
  });
}

void Listener::Await() {
  if (!acceptor_.is_open()) return;
  acceptor_.async_wait(tcp::acceptor::wait_read,
                       [self = shared_from_this()](boost::system::error_code error) {
                         if (!error) self->Accept();
                       });
}

void Listener::Accept() {
  if (!acceptor_.is_open()) return;
  const auto on_room = [weak = weak_from_this()] {
    if (const auto self = weak.lock()) self->Start();
  };
  if (!sessions_.HasRoom(on_room)) return;
  acceptor_.async_accept(asio::make_strand(io_),
                         [self = shared_from_this()](boost::system::error_code error, tcp::socket socket) {
                           self->OnAccept(error, std::move(socket));
                         });
}

void Listener::OnAccept(boost::system::error_code error, tcp::socket socket) {
  if (error == asio::error::operation_aborted) return;
  if (error) return AcceptLater();
  if (socket.native_handle() >= options_.descriptor_bound) {
    socket.close(error);
    return Await();
  }
  SetOptions(socket);
  std::make_shared<Session>(std::move(socket), tls_ ? tls_() : nullptr, options_, router_, sessions_)
      ->Start();
  Await();
}

void Listener::AcceptLater() {
  pause_.expires_after(kPause);
  pause_.async_wait([self = shared_from_this()](boost::system::error_code) { self->Await(); });
}

}  // namespace replog::http
