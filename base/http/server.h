#pragma once

#include <boost/asio/executor_work_guard.hpp>
#include <boost/asio/io_context.hpp>
#include <memory>
#include <string>
#include <thread>
#include <vector>

#include "absl/status/status.h"
#include "base/http/listener.h"
#include "base/http/router.h"
#include "base/http/session_set.h"

namespace replog::http {

struct ServerOptions {
  // "host:port"; port 0 takes a free one.
  std::string listen = "127.0.0.1:0";
  size_t threads = 2;
  size_t max_sessions = 10'000;
  // How long Stop waits for requests in hand.
  std::chrono::milliseconds stop_time{5'000};
  SessionOptions session;
  // Empty: connections are not encrypted.
  TlsProvider tls;
};

// Serves HTTP on threads of its own.
//
// Thread Safety: Start and Stop from one thread. Lifetime: what handlers refer to must live until Stop has
// returned; a responder may be called until the server is destroyed.
class Server {
 public:
  explicit Server(ServerOptions options);
  ~Server();
  Server(const Server&) = delete;
  Server& operator=(const Server&) = delete;

  // Once. Errors: INVALID_ARGUMENT (not an address), UNAVAILABLE (the address is not to be had).
  absl::Status Start(Router router);
  // "host:port" that is served; valid once started.
  const std::string& address() const { return address_; }
  // Accepts no more, and ends connections after the requests that they have in hand. Stop waits for them.
  void StopSoon();
  // Accepts no more, lets requests in hand finish for stop_time, and ends. No handler runs after it.
  void Stop();

 private:
  const ServerOptions options_;
  Router router_;
  SessionSet sessions_;
  std::string address_;
  // After what sessions refer to: its destructor destroys those that are left.
  boost::asio::io_context io_;
  // Without it a thread would end at a moment when nothing is under way.
  boost::asio::executor_work_guard<boost::asio::io_context::executor_type> work_{io_.get_executor()};
  std::shared_ptr<Listener> listener_;
  std::vector<std::thread> threads_;
};

}  // namespace replog::http
