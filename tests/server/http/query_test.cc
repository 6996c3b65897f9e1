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

TEST(QueryTest, NameThatNobodyAskedForIsRefused) {
  const auto target = *http::ParseTarget("/?from=1&form=2");
  QueryReader query(target);
  query.Number("from");
  EXPECT_EQ(MetadataOf(query.status()), (Metadata{{"field", "form"}}));
}

}  // namespace
}  // namespace replog
