#include "server/core/producer_record.h"

#include <gtest/gtest.h>

namespace replog {
namespace {

TEST(ProducerRecord, RoundTrips) {
  const ProducerRecord bare{.log = "default", .name = "a", .id = 7, .epoch = 1};
  EXPECT_EQ(
      EncodeProducerRecord(bare),
      R"({"log":"default","name":"a","id":"7","epoch":"1","registered":"1970-01-01T00:00:00.000000Z"})");
  EXPECT_EQ(*DecodeProducerRecord(EncodeProducerRecord(bare)), bare);
  const ProducerRecord full{.log = "chat",
                            .name = "\"quoted\" Ünï/1",
                            .id = UINT64_MAX >> 1,
                            .epoch = UINT64_MAX,
                            .instance = "an \"instance\"",
                            .registered_us = 1'767'323'045'000'006};
  EXPECT_EQ(*DecodeProducerRecord(EncodeProducerRecord(full)), full);
}

TEST(ProducerRecord, WhatIsNoneIsRefused) {
  for (const char* text :
       {"", "{", "[]", "7", R"({"name":"a","id":7,"epoch":"1"})", R"({"name":"a","id":"x","epoch":"1"})",
        R"({"name":"a","id":"7"})", R"({"id":"7","epoch":"1"})", R"({"name":"a","epoch":"1"})"}) {
    EXPECT_EQ(DecodeProducerRecord(text), std::nullopt) << text;
  }
  EXPECT_TRUE(DecodeProducerRecord(R"({"name":"a","id":"7","epoch":"1","later":{"x":1}})").has_value())
      << "of a newer version";
}

}  // namespace
}  // namespace replog
