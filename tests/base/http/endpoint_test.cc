#include "base/http/endpoint.h"

#include <gtest/gtest.h>

namespace replog::http {
namespace {

TEST(EndpointTest, NameIsWhatWasResolved) {
  for (const char* text : {"127.0.0.1:8080", "[::1]:8080", "0.0.0.0:0", "127.0.0.1:65535"}) {
    const auto endpoint = ResolveEndpoint(text);
    ASSERT_TRUE(endpoint.ok()) << endpoint.status();
    EXPECT_EQ(EndpointName(*endpoint), text);
  }
}

TEST(EndpointTest, WhatIsNotHostAndPortIsRefused) {
  for (const char* text :
       {"", "127.0.0.1", ":80", "127.0.0.1:", "127.0.0.1:http", "127.0.0.1:65536", "127.0.0.1:-1"}) {
    EXPECT_EQ(ResolveEndpoint(text).status().code(), absl::StatusCode::kInvalidArgument) << text;
  }
}

}  // namespace
}  // namespace replog::http
