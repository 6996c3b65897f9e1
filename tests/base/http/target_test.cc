#include "base/http/target.h"

#include <gmock/gmock.h>

namespace replog::http {
namespace {

using ::testing::ElementsAre;
using ::testing::IsEmpty;
using ::testing::Pair;

TEST(TargetTest, PathAndQueryAreDecoded) {
  const auto target = ParseTarget("/a%20b/+c?name=x%2By+z&%66lag&empty=");
  ASSERT_TRUE(target);
  EXPECT_EQ(target->path, "/a b/+c");
  EXPECT_THAT(target->query, ElementsAre(Pair("empty", ""), Pair("flag", ""), Pair("name", "x+y z")));
}

TEST(TargetTest, EscapedSlashDoesNotSeparate) {
  EXPECT_THAT(ParseTarget("/a/b%2Fc//d/")->segments, ElementsAre("a", "b/c", "", "d", ""));
  EXPECT_THAT(ParseTarget("/")->segments, ElementsAre(""));
}

TEST(TargetTest, QueryMayBeMissingOrEmpty) {
  for (const char* text : {"/", "/?", "/?&&"}) {
    const auto target = ParseTarget(text);
    ASSERT_TRUE(target) << text;
    EXPECT_EQ(target->path, "/");
    EXPECT_THAT(target->query, IsEmpty());
  }
}

TEST(TargetTest, ValueMayContainEqualsSignAndQuestionMark) {
  EXPECT_THAT(ParseTarget("/?a=b=c?d")->query, ElementsAre(Pair("a", "b=c?d")));
}

TEST(TargetTest, IllegalTargetsAreRefused) {
  for (const char* text :
       {"", "a", "*", "http://host/", "/%", "/%4", "/%zz", "/%4z", "/%-1", "/?a=%", "/?%zz", "/?a=1&a=2"}) {
    EXPECT_FALSE(ParseTarget(text)) << text;
  }
}

}  // namespace
}  // namespace replog::http
