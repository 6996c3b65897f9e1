#include "base/yaml/nearest_name.h"

#include <gtest/gtest.h>

namespace replog {
namespace {

TEST(NearestName, IsTheOneWithTheFewestSlips) {
  const std::vector<std::string> known = {"listen", "http_listen", "log_level", "log_format"};
  EXPECT_EQ(NearestName("lisen", known), "listen");
  EXPECT_EQ(NearestName("http-listen", known), "http_listen");
  EXPECT_EQ(NearestName("loglevel", known), "log_level");
  EXPECT_EQ(NearestName("listen", known), "listen");
}

TEST(NearestName, IsNoneForAnotherWord) {
  EXPECT_EQ(NearestName("colour", {"listen", "data"}), "");
  EXPECT_EQ(NearestName("", {"listen"}), "");
  EXPECT_EQ(NearestName("x", {}), "");
  EXPECT_EQ(NearestName(std::string(100'000, 'a'), {std::string(100'000, 'a')}), "") << "not looked at";
}

}  // namespace
}  // namespace replog
