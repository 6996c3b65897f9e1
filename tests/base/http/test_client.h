#pragma once

// Beast's headers use it and do not include it, so it must stay first.
// clang-format off
#include <ostream>
// clang-format on

#include <boost/asio/io_context.hpp>
#include <boost/asio/ip/tcp.hpp>
#include <boost/beast/core/flat_buffer.hpp>
#include <boost/beast/http/message.hpp>
#include <boost/beast/http/string_body.hpp>
#include <string>

namespace replog::testing {

using HttpAnswer = boost::beast::http::response<boost::beast::http::string_body>;
using HttpVerb = boost::beast::http::verb;

// One HTTP connection, on which calls block. What goes wrong throws boost::system::system_error.
class HttpConnection {
 public:
  // `address` is "host:port".
  explicit HttpConnection(const std::string& address);

  // Sends a request and reads the answer.
  HttpAnswer Ask(HttpVerb verb, const std::string& target, const std::string& body = "");
  void Send(const std::string& bytes);
  // `to`: the verb of the request; the answer to HEAD has no body.
  HttpAnswer Read(HttpVerb to = HttpVerb::get);
  // Waits until the server ends the connection; false when it sends something instead.
  bool ServerCloses();

 private:
  boost::asio::io_context io_;
  boost::asio::ip::tcp::socket socket_;
  boost::beast::flat_buffer buffer_;
};

// The same on a connection of its own.
HttpAnswer HttpGet(const std::string& address, const std::string& target);
HttpAnswer HttpPost(const std::string& address, const std::string& target, const std::string& body);

}  // namespace replog::testing
