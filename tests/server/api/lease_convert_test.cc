#include "server/api/lease_convert.h"

#include <google/protobuf/util/json_util.h>
#include <gtest/gtest.h>

#include "replog/v1/system.pb.h"
#include "tests/server/core/records.h"

namespace replog {
namespace {

using testing::MetadataValue;
using testing::ReasonText;

v1::AcquireRequest Request() {
  v1::AcquireRequest request;
  request.set_name("leader");
  request.set_holder("node-1");
  request.mutable_ttl()->set_seconds(10);
  return request;
}

TEST(LeaseConvert, TakesWhatIsLegal) {
  v1::AcquireRequest request = Request();
  request.set_instance("x");
  request.mutable_ttl()->set_nanos(1'500);
  request.mutable_wait()->set_seconds(3600);
  const auto acquire = ToAcquireLease(request);
  ASSERT_TRUE(acquire.ok()) << acquire.status();
  EXPECT_EQ(acquire->name, "leader");
  EXPECT_EQ(acquire->wanted, (LeaseRecord{"node-1", "x", 10'000'001}));
  EXPECT_EQ(acquire->wait_us, 3'600'000'000);
  EXPECT_EQ(ToAcquireLease(Request())->wait_us, 0);
}

TEST(LeaseConvert, WhatIsNotLegalIsRefusedByItsName) {
  const auto refused = [](const std::string& field, const auto& change) {
    v1::AcquireRequest request = Request();
    change(request);
    const auto status = ToAcquireLease(request).status();
    EXPECT_EQ(ReasonText(status), "INVALID_FIELD") << field;
    EXPECT_EQ(MetadataValue(status, "field"), field);
  };
  refused("name", [](auto& request) { request.clear_name(); });
  refused("name", [](auto& request) { request.set_name(std::string(257, 'n')); });
  refused("name", [](auto& request) { request.set_name("a\nb"); });
  refused("holder", [](auto& request) { request.clear_holder(); });
  refused("instance", [](auto& request) { request.set_instance(std::string(65, 'i')); });
  refused("ttl", [](auto& request) { request.clear_ttl(); });
  refused("ttl", [](auto& request) { request.mutable_ttl()->set_seconds(0); });
  refused("ttl", [](auto& request) { request.mutable_ttl()->set_seconds(3601); });
  refused("ttl", [](auto& request) { request.mutable_ttl()->set_seconds(INT64_MAX); });
  refused("ttl", [](auto& request) { request.mutable_ttl()->set_nanos(-1); });
  refused("wait", [](auto& request) { request.mutable_wait()->set_seconds(-1); });
  refused("wait", [](auto& request) {
    request.mutable_wait()->set_seconds(3600);
    request.mutable_wait()->set_nanos(1000);
  });
}

TEST(LeaseConvert, ATtlBelowItsRangeNamesTheRangeAndTheValue) {
  v1::AcquireRequest request = Request();
  request.mutable_ttl()->set_seconds(0);
  request.mutable_ttl()->set_nanos(999'999'999);
  const auto status = ToAcquireLease(request).status();
  EXPECT_EQ(MetadataValue(status, "limit"), "1 s to 3600 s");
  EXPECT_EQ(MetadataValue(status, "value"), "0 s and 999999999 ns");
}

TEST(LeaseConvert, ATokenNeedsItsName) {
  EXPECT_EQ(MetadataValue(ToLeaseToken({}, false).status(), "field"), "token");
  EXPECT_EQ(MetadataValue(ToLeaseToken({}, true).status(), "field"), "token.name");
}

TEST(LeaseConvert, ALeaseIsShownAsItIs) {
  v1::Lease shown;
  FillLease({"leader", {"node-1", "x", 10'000'000}, {3, 41}, 1'500'001}, shown);
  std::string json;
  ASSERT_TRUE(google::protobuf::util::MessageToJsonString(shown, &json).ok());
  EXPECT_EQ(json,
            R"({"name":"leader","holder":"node-1","token":{"name":"leader","lineage":"3","sequence":"41"},)"
            R"("ttl":"10s","remaining":"1.500001s"})");
}

// The core writes the text itself; it must be what protobuf's own mapping makes of the message.
TEST(LeaseRecordText, IsTheMappingOfItsMessage) {
  for (const LeaseRecord& record : {LeaseRecord{"node-1", "", 1'000'000}, LeaseRecord{"h", "x", 1'500'000},
                                    LeaseRecord{"quo\"ted\\ <ünïcödé> 🎉 \x7f", "i", 3'599'999'999}}) {
    v1::LeaseRecord message;
    const std::string text = EncodeLeaseRecord(record);
    ASSERT_TRUE(google::protobuf::util::JsonStringToMessage(text, &message).ok()) << text;
    EXPECT_EQ(message.holder(), record.holder);
    EXPECT_EQ(message.instance(), record.instance);
    EXPECT_EQ(message.ttl().seconds() * 1'000'000 + message.ttl().nanos() / 1000, record.ttl_us);
    std::string mapped;
    ASSERT_TRUE(google::protobuf::util::MessageToJsonString(message, &mapped).ok());
    EXPECT_EQ(DecodeLeaseRecord(mapped), record);
  }
}

}  // namespace
}  // namespace replog
