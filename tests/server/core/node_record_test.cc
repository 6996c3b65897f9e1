#include "server/core/node_record.h"

#include <gtest/gtest.h>

#include "server/core/json_time.h"

namespace replog {
namespace {

TEST(NodeRecord, RoundTrips) {
  const NodeRecord bare{.log = "default", .node = "a"};
  EXPECT_EQ(EncodeNodeRecord(bare), R"({"log":"default","node":"a"})");
  EXPECT_EQ(*DecodeNodeRecord(EncodeNodeRecord(bare)), bare);
  const NodeRecord full{.log = "default",
                        .node = "\"quoted\" Ünï",
                        .fleet = "chat",
                        .channels = {"a", "b*"},
                        .cursor = Position{"uuid", 1, 2, UINT64_MAX},
                        .acknowledged_us = 1'767'323'045'000'006};
  EXPECT_EQ(*DecodeNodeRecord(EncodeNodeRecord(full)), full);
}

TEST(NodeRecord, WhatIsNoneIsRefused) {
  for (const char* text : {"", "{", "[]", "7", R"({"node":7})", R"({"node":"a","cursor":{"epoch":"x"}})"}) {
    EXPECT_EQ(DecodeNodeRecord(text), std::nullopt) << text;
  }
  EXPECT_TRUE(DecodeNodeRecord(R"({"node":"a","later":{"x":1}})").has_value()) << "of a newer version";
}

TEST(JsonTime, RoundTrips) {
  EXPECT_EQ(ToJsonTime(1'767'323'045'000'006), "2026-01-02T03:04:05.000006Z");
  for (const int64_t time_us : {int64_t{0}, int64_t{1}, int64_t{1'767'323'045'999'999}})
    EXPECT_EQ(FromJsonTime(ToJsonTime(time_us)), time_us);
  EXPECT_EQ(FromJsonTime("yesterday"), std::nullopt);
}

}  // namespace
}  // namespace replog
