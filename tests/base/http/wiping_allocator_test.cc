#include "base/http/wiping_allocator.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <array>
#include <boost/beast/http/fields.hpp>
#include <string>
#include <vector>

namespace replog::http {
namespace {

TEST(WipingAllocator, ServesAsAnyOther) {
  std::vector<char, WipingAllocator<char>> bytes;
  for (int i = 0; i < 1000; ++i) bytes.push_back(static_cast<char>(i));
  EXPECT_EQ(bytes[999], static_cast<char>(999));
  EXPECT_EQ(WipingAllocator<char>(), WipingAllocator<char>(WipingAllocator<int>()));
  boost::beast::http::basic_fields<WipingAllocator<char>> fields;
  fields.insert("X-Auth-Token", "t");
  EXPECT_EQ(fields["x-auth-token"], "t");
}

}  // namespace
}  // namespace replog::http
