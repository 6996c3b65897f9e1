#pragma once

#include <boost/asio/io_context.hpp>
#include <boost/asio/ip/tcp.hpp>
#include <boost/asio/steady_timer.hpp>
#include <boost/asio/strand.hpp>
#include <memory>

#include "absl/status/status.h"
#include "base/http/session.h"

namespace replog::http {

// Accepts connections and starts a session for each. While the set is full they wait in the system's queue,
// until one that asks for nothing has gone.
//
// Thread Safety: Open first, then Start; Stop from any thread. Lifetime: keeps itself alive while it accepts.
class Listener : public std::enable_shared_from_this<Listener> {
 public:
  Listener(boost::asio::io_context& io, const SessionOptions& options, const Router& router,
           SessionSet& sessions, const TlsProvider& tls);

  // Errors: UNAVAILABLE when the address is not to be had.
  absl::Status Open(const boost::asio::ip::tcp::endpoint& endpoint);
  // What it listens on, with the port that was taken for 0.
  boost::asio::ip::tcp::endpoint endpoint() const { return endpoint_; }
  void Start();
  void Stop();

 private:
  // Waits for a connection: only then is it known whether room is wanted.
  void Await();
  void Accept();
  void OnAccept(boost::system::error_code error, boost::asio::ip::tcp::socket socket);
  void AcceptLater();

  boost::asio::io_context& io_;
  const SessionOptions& options_;
  const Router& router_;
  SessionSet& sessions_;
  const TlsProvider& tls_;
  boost::asio::strand<boost::asio::io_context::executor_type> strand_;
  boost::asio::ip::tcp::acceptor acceptor_;
  boost::asio::steady_timer pause_;
  boost::asio::ip::tcp::endpoint endpoint_;
};

}  // namespace replog::http
