#pragma once

#include <string_view>

namespace replog {

// Whether `address`, host:port as gRPC and our listeners take it ("127.0.0.1:1", "[::1]:1", "localhost:1",
// "unix:/path"), can only be reached from this machine. No name is looked up: of the names only `localhost`
// counts. What is not understood does not count.
bool IsLoopback(std::string_view address);

}  // namespace replog
