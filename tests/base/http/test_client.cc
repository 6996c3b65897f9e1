#include "tests/base/http/test_client.h"

#include <boost/asio/connect.hpp>
#include <boost/asio/write.hpp>
#include <boost/beast/http/parser.hpp>
#include <boost/beast/http/read.hpp>
#include <boost/beast/http/write.hpp>
#include <limits>

namespace replog::testing {

namespace asio = boost::asio;
namespace bhttp = boost::beast::http;
using asio::ip::tcp;

HttpConnection::HttpConnection(const std::string& address) : socket_(io_) {
  const size_t colon = address.rfind(':');
  asio::connect(socket_, tcp::resolver(io_).resolve(address.substr(0, colon), address.substr(colon + 1)));
}

HttpAnswer HttpConnection::Ask(HttpVerb verb, const std::string& target, const std::string& body) {
  bhttp::request<bhttp::string_body> request(verb, target, 11, body);
  request.set(bhttp::field::host, "test");
  request.prepare_payload();
  bhttp::write(socket_, request);
  return Read(verb);
}

void HttpConnection::Send(const std::string& bytes) { asio::write(socket_, asio::buffer(bytes)); }

HttpAnswer HttpConnection::Read(HttpVerb to) {
  bhttp::response_parser<bhttp::string_body> parser;
  parser.body_limit(std::numeric_limits<uint64_t>::max());
  parser.skip(to == HttpVerb::head);
  bhttp::read(socket_, buffer_, parser);
  return parser.release();
}

bool HttpConnection::ServerCloses() {
  char byte = 0;
  boost::system::error_code error;
  return socket_.read_some(asio::buffer(&byte, 1), error) == 0 && error;
}

HttpAnswer HttpGet(const std::string& address, const std::string& target) {
  return HttpConnection(address).Ask(HttpVerb::get, target);
}

HttpAnswer HttpPost(const std::string& address, const std::string& target, const std::string& body) {
  return HttpConnection(address).Ask(HttpVerb::post, target, body);
}

}  // namespace replog::testing
