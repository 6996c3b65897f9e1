#include "client/internal/new_record_encoder.h"

#include <gtest/gtest.h>

#include "replog/v1/replication_log.pb.h"

namespace replog::client::internal {
namespace {

const std::vector<HeaderView> kHeaders{{"user", "ada"}, {"empty", ""}, {"", "nameless"}};

std::string Encoded(std::string_view log, const std::vector<NewRecord>& records) {
  std::string request;
  AppendLogField(request, log);
  for (const NewRecord& record : records) {
    const size_t before = request.size();
    AppendNewRecord(request, record);
    EXPECT_EQ(request.size() - before, NewRecordFieldSize(record));
  }
  return request;
}

TEST(NewRecordEncoder, WritesWhatTheGeneratedMessageReads) {
  const std::string large(70'000, 'x');
  v1::AppendRequest request;
  ASSERT_TRUE(request.ParseFromString(Encoded("log", {{"room", "Hello \xc3\xa9\n", BodyKind::kText, kHeaders},
                                                      {"room", {"\0\xff", 2}, BodyKind::kPayload, {}},
                                                      {"room", "", BodyKind::kText, {}},
                                                      {"room", "", BodyKind::kNone, {}},
                                                      {"room", large, BodyKind::kText, {}}})));
  EXPECT_EQ(request.log(), "log");
  ASSERT_EQ(request.records_size(), 5);
  EXPECT_EQ(request.records(0).channel(), "room");
  EXPECT_EQ(request.records(0).text(), "Hello \xc3\xa9\n");
  EXPECT_EQ(request.records(0).headers().at("user"), "ada");
  EXPECT_EQ(request.records(0).headers().at("empty"), "");
  EXPECT_EQ(request.records(0).headers().at(""), "nameless");
  EXPECT_EQ(request.records(1).payload(), std::string("\0\xff", 2));
  EXPECT_TRUE(request.records(2).has_text());
  EXPECT_EQ(request.records(3).body_case(), v1::NewRecord::BODY_NOT_SET);
  EXPECT_EQ(request.records(4).text(), large);
}

TEST(NewRecordEncoder, WritesKeysTombstonesAndVersions) {
  v1::AppendRequest request;
  const NewRecord put{.channel = "c", .body = "t", .headers = {}, .key = "k", .version = UINT64_MAX};
  const NewRecord tombstone{.channel = "c", .body = {}, .headers = {}, .key = "k", .deleted = true};
  ASSERT_TRUE(request.ParseFromString(Encoded("", {put, tombstone})));
  EXPECT_EQ(request.records(0).key(), "k");
  EXPECT_EQ(request.records(0).text(), "t");
  EXPECT_EQ(request.records(0).version(), UINT64_MAX);
  EXPECT_FALSE(request.records(0).deleted());
  EXPECT_TRUE(request.records(1).deleted());
  EXPECT_EQ(request.records(1).body_case(), v1::NewRecord::BODY_NOT_SET);
  EXPECT_FALSE(request.records(1).has_version());
}

TEST(NewRecordEncoder, WritesATimeToExpire) {
  for (const int64_t us : {int64_t{0}, int64_t{1}, int64_t{-1}, int64_t{4'000'000'000'123'456}}) {
    const Time expires{std::chrono::microseconds(us)};
    v1::AppendRequest request;
    const NewRecord put{.channel = "c", .body = "t", .headers = {}, .key = "k", .expires = expires};
    ASSERT_TRUE(request.ParseFromString(Encoded("", {put})));
    const auto& written = request.records(0).expires();
    EXPECT_TRUE(request.records(0).has_expires());
    EXPECT_GE(written.nanos(), 0);
    EXPECT_EQ(written.seconds() * 1'000'000 + written.nanos() / 1'000, us);
  }
}

TEST(CheckNewRecord, NamesWhatAKeyOrItsAbsenceMakesIllegal) {
  const auto field = [](const NewRecord& record) { return CheckNewRecord(record).metadata().at("field"); };
  EXPECT_EQ(field({.channel = "c", .body = {}, .headers = {}, .key = ""}), "key");
  EXPECT_EQ(field({.channel = "c", .body = {}, .headers = {}, .key = "\xff"}), "key");
  EXPECT_EQ(field({.channel = "c", .body = {}, .headers = {}, .deleted = true}), "deleted");
  EXPECT_EQ(field({.channel = "c", .body = "text", .headers = {}, .key = "k", .deleted = true}), "text");
  EXPECT_EQ(field({.channel = "c", .body = {}, .headers = {}, .version = 1}), "version");
  EXPECT_EQ(field({.channel = "c", .body = {}, .headers = {}, .expires = Time()}), "expires");
  EXPECT_EQ(
      field({.channel = "c", .body = {}, .headers = {}, .key = "k", .deleted = true, .expires = Time()}),
      "expires");
}

TEST(NewRecordEncoder, WritesNoLogFieldForTheDefaultLog) { EXPECT_EQ(Encoded("", {}), ""); }

TEST(CheckNewRecord, TakesWhatIsLegal) {
  EXPECT_TRUE(CheckNewRecord({"room", "text", BodyKind::kText, kHeaders}).ok());
  EXPECT_TRUE(CheckNewRecord({"room", "\xff", BodyKind::kPayload, {}}).ok());
  EXPECT_TRUE(CheckNewRecord({std::string(512, 'c'), "", BodyKind::kNone, {}}).ok());
}

TEST(CheckNewRecord, NamesTheFieldThatIsNot) {
  const auto field = [](const NewRecord& record) {
    const Status status = CheckNewRecord(record);
    EXPECT_EQ(status.code(), StatusCode::kInvalidArgument);
    return status.ok() ? std::string() : status.metadata().at("field");
  };
  for (const std::string& channel : {std::string(), std::string(513, 'c'), std::string("a*"),
                                     std::string("a\nb"), std::string("\x7f"), std::string("\xff")}) {
    EXPECT_EQ(field({channel, "", BodyKind::kText, {}}), "channel") << channel;
  }
  EXPECT_EQ(field({"room", "\xff", BodyKind::kText, {}}), "text");
  const std::vector<HeaderView> twice{{"a", "1"}, {"b", "2"}, {"a", "3"}};
  EXPECT_EQ(field({"room", "", BodyKind::kText, twice}), "headers");
  const std::vector<HeaderView> bytes{{"a", "\xff"}};
  EXPECT_EQ(field({"room", "", BodyKind::kText, bytes}), "headers");
}

}  // namespace
}  // namespace replog::client::internal
