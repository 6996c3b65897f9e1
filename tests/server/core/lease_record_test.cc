#include "server/core/lease_record.h"

#include <gtest/gtest.h>

namespace replog {
namespace {

TEST(LeaseRecord, IsTheJsonTextOfItsMessage) {
  EXPECT_EQ(EncodeLeaseRecord({"node-1", "", 10'000'000}), R"({"holder":"node-1","ttl":"10s"})");
  EXPECT_EQ(EncodeLeaseRecord({"a\"b", "i", 1'500'000}),
            R"({"holder":"a\"b","ttl":"1.500s","instance":"i"})");
}

TEST(LeaseRecord, RoundTrips) {
  for (const int64_t ttl_us : {1'000'000l, 1'000'001l, 1'001'000l, 3'600'000'000l, 59'999'999l}) {
    const LeaseRecord record{"hölder \"1\"\n", "instance", ttl_us};
    EXPECT_EQ(DecodeLeaseRecord(EncodeLeaseRecord(record)), record);
  }
}

TEST(LeaseRecord, PassesOverWhatALaterVersionAdds) {
  EXPECT_EQ(DecodeLeaseRecord(R"({"holder":"h","ttl":"1s","more":{"x":1}})"),
            (LeaseRecord{"h", "", 1'000'000}));
  EXPECT_EQ(DecodeLeaseRecord(R"({"ttl":"0.250000999s","holder":"h"})")->ttl_us, 250'000);
}

TEST(LeaseRecord, WhatIsNoneIsNone) {
  for (const char* text :
       {"", "null", "[]", "{}", R"({"holder":"h"})", R"({"ttl":"1s"})", R"({"holder":"h","ttl":1})",
        R"({"holder":"h","ttl":"1"})", R"({"holder":"h","ttl":"s"})", R"({"holder":"h","ttl":"-1s"})",
        R"({"holder":"h","ttl":"1.x0s"})", R"({"holder":1,"ttl":"1s"})",
        R"({"holder":"h","ttl":"99999999999999999999s"})", R"({"holder":"h","ttl":"1s")"}) {
    EXPECT_FALSE(DecodeLeaseRecord(text)) << text;
  }
}

}  // namespace
}  // namespace replog
