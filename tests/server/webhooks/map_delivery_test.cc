#include "server/webhooks/map_delivery.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "base/error.h"
#include "tests/server/webhooks/deliveries.h"

namespace replog {
namespace {

using ::testing::HasSubstr;
using ::testing::IsEmpty;
using testing::MakeDelivery;
using ::testing::Pair;
using ::testing::UnorderedElementsAre;
using Fields = std::map<std::string, std::string>;
using Kind = ValueSource::Kind;

class MapDeliveryTest : public ::testing::Test {
 protected:
  MapDeliveryTest() {
    webhook_.name = "hub";
    webhook_.log = "default";
    webhook_.delivery_id = {.kind = Kind::kHeader, .text = "X-Delivery"};
    webhook_.channel = {.kind = Kind::kLiteral, .text = "datafiles"};
    webhook_.max_body_bytes = 1000;
  }

  absl::StatusOr<std::optional<v1::AppendRequest>> Map() {
    return MapDelivery(webhook_, MakeDelivery(fields_, body_), Limits());
  }
  v1::NewRecord Record() { return (**Map()).records(0); }
  std::string Refusal() { return std::string(Map().status().message()); }

  Webhook webhook_;
  Fields fields_ = {{"X-Delivery", "d-1"}};
  std::string body_ =
      R"({"project":{"id":"p7","no":7,"tags":["a"],"π":"pi"},"datafile":{"b":[1,2],"a":null}})";
};

TEST_F(MapDeliveryTest, TheWholeBodyBecomesOneRecordWithTheDeliverysId) {
  const auto append = **Map();
  EXPECT_EQ(append.log(), "default");
  ASSERT_EQ(append.records_size(), 1);
  EXPECT_EQ(append.records(0).id(), "hub:d-1");
  EXPECT_EQ(append.records(0).channel(), "datafiles");
  EXPECT_EQ(append.records(0).text(), body_);
  EXPECT_FALSE(append.records(0).has_key());
}

TEST_F(MapDeliveryTest, ValuesComeFromTheBodyAndFromHeaders) {
  fields_["X-Event"] = "push";
  webhook_.channel = {
      .kind = Kind::kHeader, .text = "x-event", .prefix = "git/", .allow = ChannelFilter({"git/*"})};
  webhook_.key = {.kind = Kind::kPointer, .text = "/project/id"};
  webhook_.content = {.kind = Kind::kPointer, .text = "/datafile"};
  webhook_.headers = {"X-Event", "X-Missing"};
  EXPECT_EQ(Record().channel(), "git/push");
  EXPECT_EQ(Record().key(), "p7");
  EXPECT_EQ(Record().text(), R"({"a":null,"b":[1,2]})");
  EXPECT_THAT(Record().headers(), UnorderedElementsAre(Pair("X-Event", "push")));
  webhook_.key->text = "/project/no";
  EXPECT_EQ(Record().key(), "7");
  webhook_.content.text = "/project/π";
  webhook_.content_is_payload = true;
  EXPECT_EQ(Record().payload(), "pi");
}

TEST_F(MapDeliveryTest, AnIdMayBeTheBodysDigest) {
  webhook_.delivery_id = {.kind = Kind::kBodyDigest};
  body_ = "";
  EXPECT_EQ(Record().id(), "hub:e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855");
}

TEST_F(MapDeliveryTest, ARefusalNamesTheFieldAndWhereItIsTakenFrom) {
  fields_.clear();
  EXPECT_EQ(Refusal(), "delivery_id: the header X-Delivery is missing");
  EXPECT_EQ(ReasonOf(Map().status()), Reason::kInvalidField);
  fields_ = {{"X-Delivery", std::string(300, 'x')}};
  EXPECT_THAT(Refusal(), HasSubstr("delivery_id: has 304 bytes, the limit is 256"));
  fields_ = {{"X-Delivery", "d"}};
  webhook_.key = {.kind = Kind::kPointer, .text = "/project/name"};
  EXPECT_EQ(Refusal(), "key: /project/name of the body is missing");
  webhook_.key->text = "/project/tags/9";
  EXPECT_EQ(Refusal(), "key: /project/tags/9 of the body is missing");
  webhook_.key->text = "/project/tags/99999999999999999999999";
  EXPECT_THAT(Refusal(), HasSubstr("is missing"));
  webhook_.key->text = "/project/tags";
  EXPECT_EQ(Refusal(), "key: /project/tags of the body is neither text nor a whole number but: array");
}

TEST_F(MapDeliveryTest, OnlyAllowedValuesAreWritten) {
  webhook_.channel = {.kind = Kind::kPointer, .text = "/project/id", .allow = ChannelFilter({"p8", "q*"})};
  EXPECT_EQ(Refusal(), "channel: \"p7\" is not one that the webhook may write");
  webhook_.channel.allow = ChannelFilter({"p*"});
  EXPECT_EQ(Record().channel(), "p7");
  body_ = R"({"project":{"id":"p\u0000"}})";
  EXPECT_EQ(Refusal(), "channel: has a control character");
}

TEST_F(MapDeliveryTest, ABodyMustBeWhatTheWebhookNeeds) {
  webhook_.key = {.kind = Kind::kPointer, .text = "/a"};
  for (const std::string& body : {std::string("{"), std::string("\"\xff\""), std::string()}) {
    body_ = body;
    EXPECT_EQ(Refusal(), "body: is not JSON") << body;
    EXPECT_EQ(ReasonOf(Map().status()), Reason::kMalformed);
  }
  body_ = std::string(500, '[') + std::string(500, ']');
  EXPECT_EQ(Refusal(), "body: is nested deeper than 64");
  body_ = std::string(1001, ' ');
  EXPECT_EQ(Refusal(), "body: has 1001 bytes, the webhook's limit is 1000");
  EXPECT_EQ(ReasonOf(Map().status()), Reason::kTooLarge);
}

TEST_F(MapDeliveryTest, TextMustBeUtf8AndAPayloadNeedNot) {
  body_ = "\xff";
  EXPECT_EQ(Refusal(), "content: is not UTF-8");
  webhook_.content_is_payload = true;
  EXPECT_EQ(Record().payload(), "\xff");
  fields_["X-Kept"] = "\xff";
  webhook_.headers = {"X-Kept"};
  EXPECT_EQ(Refusal(), "header X-Kept: is not UTF-8");
}

TEST_F(MapDeliveryTest, OtherEventsAreLeftOut) {
  webhook_.events = {.kind = Kind::kHeader, .text = "X-Event", .allow = ChannelFilter({"push"})};
  EXPECT_EQ(Refusal(), "events: the header X-Event is missing");
  fields_["X-Event"] = "ping";
  EXPECT_FALSE(Map()->has_value());
  fields_["X-Event"] = "push";
  EXPECT_TRUE(Map()->has_value());
}

TEST_F(MapDeliveryTest, OneRefusalForEverySignatureThatIsWrong) {
  webhook_.secrets.emplace_back("s");
  webhook_.signature = {.header = "X-Signature", .signed_text = *ParseSignedText("{body}")};
  const auto check = [this] { return CheckSignature(webhook_, MakeDelivery(fields_, body_)); };
  const auto unsigned_refusal = check();
  EXPECT_EQ(ReasonOf(unsigned_refusal), Reason::kBadSignature);
  fields_["X-Signature"] = std::string(64, '0');
  EXPECT_EQ(check(), unsigned_refusal) << "what was wrong is not told";
}

}  // namespace
}  // namespace replog
