#pragma once

// Beast's headers use it and do not include it, so it must stay first.
// clang-format off
#include <ostream>
// clang-format on

#include <boost/asio/ip/tcp.hpp>
#include <boost/asio/ssl/context.hpp>
#include <boost/asio/ssl/stream.hpp>
#include <boost/beast/core/tcp_stream.hpp>
#include <chrono>
#include <functional>
#include <memory>
#include <utility>

#include "base/http/message.h"

namespace replog::http {

using TlsContext = std::shared_ptr<boost::asio::ssl::context>;
// Asked for each connection that is accepted, so that new certificates are those of the next one.
// Thread-safe.
using TlsProvider = std::function<TlsContext()>;

// The bytes of one connection, plain or encrypted: what Beast's and Asio's functions read from and write to.
// Its time limits are those of the TCP stream beneath, also of a handshake. Used on its executor only.
class Connection {
 public:
  using executor_type = boost::beast::tcp_stream::executor_type;

  // Without a context: plain.
  Connection(boost::asio::ip::tcp::socket socket, const TlsContext& tls) : tcp_(std::move(socket)) {
    if (tls != nullptr) tls_ = std::make_unique<Tls>(tcp_, tls);
  }

  executor_type get_executor() { return tcp_.get_executor(); }
  template <typename Buffers, typename Handler>
  void async_read_some(const Buffers& buffers, Handler&& handler) {
    if (tls_ != nullptr) return tls_->stream.async_read_some(buffers, std::forward<Handler>(handler));
    tcp_.async_read_some(buffers, std::forward<Handler>(handler));
  }
  template <typename Buffers, typename Handler>
  void async_write_some(const Buffers& buffers, Handler&& handler) {
    if (tls_ != nullptr) return tls_->stream.async_write_some(buffers, std::forward<Handler>(handler));
    tcp_.async_write_some(buffers, std::forward<Handler>(handler));
  }
  // Must be the first thing on an encrypted connection.
  template <typename Handler>
  void async_handshake(Handler&& handler) {
    tls_->stream.async_handshake(boost::asio::ssl::stream_base::server, std::forward<Handler>(handler));
  }

  bool encrypted() const { return tls_ != nullptr; }
  // The client's, "127.0.0.1:40000"; empty when it has left.
  std::string address() const;
  // Once the handshake is done.
  Peer peer() const;

  boost::beast::tcp_stream& tcp() { return tcp_; }
  // Says that nothing follows from our side, as far as that can be said at once.
  void ShutDownSend();
  void Close() { tcp_.close(); }

 private:
  struct Tls {
    Tls(boost::beast::tcp_stream& tcp, TlsContext used) : context(std::move(used)), stream(tcp, *context) {}
    const TlsContext context;
    boost::asio::ssl::stream<boost::beast::tcp_stream&> stream;
  };

  boost::beast::tcp_stream tcp_;
  std::unique_ptr<Tls> tls_;
};

}  // namespace replog::http
