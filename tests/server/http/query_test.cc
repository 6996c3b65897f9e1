#include "server/http/query.h"

#include <gtest/gtest.h>

#include "base/error.h"

namespace replog {
namespace {

TEST(QueryTest, ReadsWhatIsThere) {
  const auto target = *http::ParseTarget("/?from=18446744073709551615&backward&name=a%20b");
  QueryReader query(target);
  EXPECT_EQ(query.Number("from"), UINT64_MAX);
  EXPECT_TRUE(query.Flag("backward"));
  EXPECT_EQ(query.Text("name"), "a b");
  EXPECT_EQ(query.Number("limit"), std::nullopt);
  EXPECT_TRUE(query.status().ok());
}

TEST(QueryTest, ValuesThatAreNotLegalAreNamed) {
  for (const char* text :
       {"/?from=", "/?from=-1", "/?from=+1", "/?from=1x", "/?from=18446744073709551616", "/?from=%00"}) {
    const auto target = *http::ParseTarget(text);
    QueryReader query(target);
    EXPECT_EQ(query.Number("from"), std::nullopt) << text;
    EXPECT_EQ(ReasonOf(query.status()), Reason::kInvalidField) << text;
  }
  const auto target = *http::ParseTarget("/?backward=yes");
  QueryReader query(target);
  EXPECT_FALSE(query.Flag("backward"));
  EXPECT_EQ(MetadataOf(query.status()), (Metadata{{"field", "backward"}}));
}

TEST(QueryTest, TimesAndSeconds) {
  const auto target = *http::ParseTarget("/?time=1970-01-01T00:00:02.5%2B00:00&since=2.25&limit=99999999999");
  QueryReader query(target);
  EXPECT_EQ(query.TimeMicros("time"), 2'500'000);
  EXPECT_EQ(query.Seconds("since"), 2.25);
  EXPECT_EQ(query.Limit("limit"), UINT32_MAX);
  EXPECT_TRUE(query.status().ok());
  for (const char* text :
       {"/?x=", "/?x=yesterday", "/?x=2026-13-01T00:00:00Z", "/?x=1e9", "/?x=-1", "/?x=nan"}) {
    const auto wrong = *http::ParseTarget(text);
    QueryReader time(wrong);
    EXPECT_EQ(time.TimeMicros("x"), std::nullopt) << text;
    EXPECT_EQ(MetadataOf(time.status()), (Metadata{{"field", "x"}})) << text;
    QueryReader seconds(wrong);
    EXPECT_EQ(seconds.Seconds("x"), std::nullopt) << text;
    EXPECT_EQ(MetadataOf(seconds.status()), (Metadata{{"field", "x"}})) << text;
  }
}

TEST(QueryTest, NameThatNobodyAskedForIsRefused) {
  const auto target = *http::ParseTarget("/?from=1&form=2");
  QueryReader query(target);
  query.Number("from");
  EXPECT_EQ(MetadataOf(query.status()), (Metadata{{"field", "form"}}));
}

}  // namespace
}  // namespace replog
