#pragma once

#include <boost/asio/ip/tcp.hpp>
#include <string>
#include <string_view>

#include "absl/status/statusor.h"

namespace replog::http {

// The first address that "host:port" or "[::1]:port" means. Blocks while a name is looked up.
absl::StatusOr<boost::asio::ip::tcp::endpoint> ResolveEndpoint(std::string_view text);

// "127.0.0.1:8080" or "[::1]:8080".
std::string EndpointName(const boost::asio::ip::tcp::endpoint& endpoint);

}  // namespace replog::http
