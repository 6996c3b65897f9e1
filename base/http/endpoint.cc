#include "base/http/endpoint.h"

#include <boost/asio/io_context.hpp>
#include <charconv>
#include <optional>
#include <sstream>

namespace replog::http {
namespace {

using boost::asio::ip::tcp;

std::optional<uint16_t> ParsePort(std::string_view text) {
  uint16_t port = 0;
  const auto [stopped, error] = std::from_chars(text.data(), text.data() + text.size(), port);
  if (error != std::errc() || stopped != text.data() + text.size()) return std::nullopt;
  return port;
}

absl::Status Invalid(std::string_view text, const std::string& why) {
  return absl::InvalidArgumentError("cannot listen on \"" + std::string(text) + "\": " + why);
}

}  // namespace

absl::StatusOr<tcp::endpoint> ResolveEndpoint(std::string_view text) {
  const size_t colon = text.rfind(':');
  if (colon == std::string_view::npos) return Invalid(text, "it is not host:port");
  const auto port = ParsePort(text.substr(colon + 1));
  if (!port) return Invalid(text, "the port is not a number from 0 to 65535");
  std::string_view host = text.substr(0, colon);
  if (host.starts_with('[') && host.ends_with(']')) host = host.substr(1, host.size() - 2);
  if (host.empty()) return Invalid(text, "it names no host");
  boost::asio::io_context io;
  boost::system::error_code error;
  const auto found =
      tcp::resolver(io).resolve(std::string(host), std::to_string(*port), tcp::resolver::passive, error);
  if (error || found.empty()) return Invalid(text, error.message());
  return found.begin()->endpoint();
}

std::string EndpointName(const tcp::endpoint& endpoint) {
  std::ostringstream name;
  name << endpoint;
  return name.str();
}

}  // namespace replog::http
