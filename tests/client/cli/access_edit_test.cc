#include "client/cli/access_edit.h"

#include <gmock/gmock.h>

namespace replog::cli {
namespace {

using ::testing::HasSubstr;
using ::testing::Not;

const std::string kDigest(64, 'a');

AccessEdit Parse(const std::string& text) {
  auto edit = AccessEdit::Parse(text, "access.yaml");
  EXPECT_TRUE(edit.ok()) << edit.status().ToString();
  return std::move(edit).value();
}

NewToken TokenOf(const std::string& principal, const std::vector<std::string>& grants) {
  NewToken token{principal, "", kDigest, "", {}};
  for (const std::string& grant : grants) token.grants.push_back(*ParseGrant(grant));
  return token;
}

std::string Problem(const std::string& grant) {
  const auto parsed = ParseGrant(grant);
  return parsed.ok() ? "none" : parsed.status().message();
}

TEST(AccessEdit, ThePartsOfAGrant) {
  const auto grant = ParseGrant("read,append:default,other:room-*,lobby");
  ASSERT_TRUE(grant.ok());
  EXPECT_EQ(grant->verbs, (std::vector<std::string>{"read", "append"}));
  EXPECT_EQ(grant->logs, (std::vector<std::string>{"default", "other"}));
  EXPECT_EQ(grant->names, (std::vector<std::string>{"room-*", "lobby"}));
  EXPECT_TRUE(ParseGrant("lease:leader")->names.empty());
}

TEST(AccessEdit, AGrantThatIsNoneSaysWhy) {
  EXPECT_THAT(Problem("read"), HasSubstr("--grant \"read\": is not VERBS:LOGS"));
  EXPECT_THAT(Problem("read:a:b:c"), HasSubstr("is not VERBS:LOGS"));
  for (const char* empty : {":a", "read:", "read:a:", "read,,append:a", "read:a:b,"}) {
    EXPECT_THAT(Problem(empty), HasSubstr("a part of it is empty")) << empty;
  }
  EXPECT_THAT(Problem("write:a"), HasSubstr("there is no verb \"write\""));
  EXPECT_THAT(Problem("read,lease:a"), HasSubstr("a grant of its own"));
  EXPECT_THAT(Problem("lease:a:b"), HasSubstr("no logs"));
  EXPECT_THAT(Problem("read,node:a:b"), HasSubstr("two grants"));
  EXPECT_THAT(Problem("admin:a:b"), HasSubstr("admin has no names"));
}

TEST(AccessEdit, AFirstTokenMakesTheFile) {
  AccessEdit edit = Parse("");
  NewToken token = TokenOf("chat", {"read,append:default:room-*", "node:default:chat-*", "lease:leader"});
  token.expires = "2030-01-01T00:00:00Z";
  EXPECT_EQ(*edit.Add(token), "t1");
  EXPECT_EQ(edit.Text(), R"(principals:
  - name: chat
    tokens:
      - id: t1
        sha256: )" + kDigest +
                             R"(
        expires: 2030-01-01T00:00:00Z
    grants:
      - verbs: [read, append]
        logs: [default]
        channels: [room-*]
      - verbs: [node]
        logs: [default]
        nodes: [chat-*]
      - verbs: [lease]
        leases: [leader]
)");
}

TEST(AccessEdit, FurtherTokensGetFreeNamesAndGrantsAreNotDoubled) {
  AccessEdit edit = Parse("");
  EXPECT_EQ(*edit.Add(TokenOf("chat", {"read:*"})), "t1");
  AccessEdit again = Parse(edit.Text());
  EXPECT_EQ(*again.Add(TokenOf("chat", {"read:*"})), "t2");
  EXPECT_EQ(*again.Add(TokenOf("chat", {})), "t3");
  const std::string text = again.Text();
  EXPECT_THAT(text, HasSubstr("logs: [\"*\"]"));
  EXPECT_EQ(text.find("verbs"), text.rfind("verbs")) << text;
}

TEST(AccessEdit, WhatElseIsInTheFileStays) {
  AccessEdit edit = Parse(
      "principals:\n- {name: a, certificates: [x], limits: {streams: 5}, grants: [{verbs: [admin], logs: "
      "['_*']}]}\n");
  ASSERT_TRUE(edit.Add(TokenOf("b", {"read:default"})).ok());
  EXPECT_THAT(edit.Text(), HasSubstr("certificates: [x]"));
  EXPECT_THAT(edit.Text(), HasSubstr("streams: 5"));
}

TEST(AccessEdit, WhatCannotBeAddedSaysWhy) {
  AccessEdit edit = Parse("");
  EXPECT_THAT(edit.Add(TokenOf("chat", {})).status().message(),
              HasSubstr("access.yaml: there is no principal \"chat\" yet"));
  EXPECT_THAT(edit.Add(TokenOf("a b", {"read:*"})).status().message(),
              HasSubstr("--principal \"a b\" must have"));
  EXPECT_THAT(edit.Add(TokenOf("anonymous", {"read:*"})).status().message(),
              HasSubstr("without a credential"));
  NewToken token = TokenOf("chat", {"read:*"});
  token.id = "mine";
  ASSERT_TRUE(edit.Add(token).ok());
  EXPECT_THAT(edit.Add(token).status().message(), HasSubstr("has a token \"mine\" already"));
}

TEST(AccessEdit, ATokenIsTakenAwayAndItsPrincipalStays) {
  AccessEdit edit = Parse("");
  ASSERT_TRUE(edit.Add(TokenOf("chat", {"read:*"})).ok());
  EXPECT_THAT(edit.Remove("chat", "t2").message(), HasSubstr("has no token \"t2\""));
  EXPECT_THAT(edit.Remove("chef", "t1").message(), HasSubstr("there is no principal \"chef\""));
  EXPECT_TRUE(edit.Remove("chat", "t1").ok());
  EXPECT_TRUE(edit.List().empty());
  EXPECT_THAT(edit.Text(), HasSubstr("name: chat"));
  EXPECT_THAT(edit.Text(), Not(HasSubstr("tokens")));
}

TEST(AccessEdit, AFileOfAnotherShapeIsRefusedWithItsName) {
  for (const char* text : {"[]", "x: 1", "principals: 5", "principals: [5]", "principals: [{tokens: []}]",
                           "principals: [{name: a, tokens: 5}]"}) {
    const auto edit = AccessEdit::Parse(text, "access.yaml");
    EXPECT_THAT(edit.status().message(), HasSubstr("access.yaml: has ")) << text;
  }
  EXPECT_THAT(AccessEdit::Parse("a: b\nc: [", "access.yaml").status().message(), HasSubstr("access.yaml:"));
}

TEST(AccessEdit, CommentsAreSeen) {
  EXPECT_FALSE(Parse("principals: [{name: a#b}]\n").has_comments());
  EXPECT_TRUE(Parse("principals: []  # nobody\n").has_comments());
  EXPECT_TRUE(Parse("# nobody\nprincipals: []\n").has_comments());
}

}  // namespace
}  // namespace replog::cli
