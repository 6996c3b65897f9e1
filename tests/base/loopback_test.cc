#include "base/loopback.h"

#include <gtest/gtest.h>

namespace replog {
namespace {

TEST(Loopback, AddressesOfThisMachineAlone) {
  for (const char* address :
       {"127.0.0.1:50051", "127.8.9.1:0", "[::1]:80", "localhost:50051", "LocalHost:1", "localhost", "::1",
        "[::ffff:127.0.0.1]:1", "unix:/run/replog", "dns:///localhost:1", "ipv4:127.0.0.1:1", "ipv6:[::1]:1",
        "unix-abstract:replog"}) {
    EXPECT_TRUE(IsLoopback(address)) << address;
  }
}

TEST(Loopback, EverythingElseIsNot) {
  for (const char* address :
       {"0.0.0.0:50051", "[::]:50051", "10.0.0.1:1", "128.0.0.1:1", "[::2]:1", "[::ffff:10.0.0.1]:1",
        "example.org:1", "localhost.example.org:1", "127.0.0.1.example.org:1", "", ":50051", "[::1", "*:1",
        "127.1:1", "ipv4:127.0.0.1:1,10.0.0.1:1", "dns://10.0.0.1/localhost:1"}) {
    EXPECT_FALSE(IsLoopback(address)) << address;
  }
}

}  // namespace
}  // namespace replog
