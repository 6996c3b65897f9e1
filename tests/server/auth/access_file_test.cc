#include "server/auth/access_file.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "server/auth/token.h"

using namespace replog;
using testing::ElementsAre;
using testing::HasSubstr;

namespace {

constexpr const char* kDigest = "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad";

absl::StatusOr<std::vector<Principal>> Parse(const std::string& text) {
  return ParseAccessFile(text, "a.yaml");
}

// A file with one principal, which has `more`: lines of YAML.
std::string With(const std::string& more) { return "principals:\n- name: bob\n" + more; }
std::string WithGrant(const std::string& grant) { return With("  grants: [{" + grant + "}]\n"); }

TEST(AccessFile, IsReadInFull) {
  const auto principals = Parse(R"(
principals:
  - name: chat-server
    tokens:
      - {id: t1, sha256: )" + std::string(kDigest) +
                                R"(, expires: 2027-01-01T00:00:00Z}
      - {id: t2, sha256: 0000000000000000000000000000000000000000000000000000000000000000}
    certificates: ["chat-server.default.svc"]
    grants:
      - {verbs: [read, append], logs: [default], channels: ["room-*"]}
      - {verbs: node, logs: "*"}
      - {verbs: [lease], leases: [leader]}
    limits: {requests_per_second: 100, bytes_per_second: 10MiB, streams: 50}
  - name: nobody
)");
  ASSERT_TRUE(principals.ok()) << principals.status();
  ASSERT_EQ(principals->size(), 2);
  const Principal& chat = principals->front();
  EXPECT_EQ(chat.name, "chat-server");
  ASSERT_EQ(chat.tokens.size(), 2);
  EXPECT_EQ(chat.tokens[0].id, "t1");
  EXPECT_EQ(chat.tokens[0].digest, DigestOf("abc"));
  EXPECT_EQ(chat.tokens[0].expires_us, 1'798'761'600'000'000);
  EXPECT_EQ(chat.tokens[1].expires_us, std::nullopt);
  EXPECT_THAT(chat.certificates, ElementsAre("chat-server.default.svc"));
  EXPECT_EQ(chat.limits, (PrincipalLimits{100, 10 << 20, 50}));
  ASSERT_EQ(chat.grants.size(), 3);
  EXPECT_EQ(chat.grants[0].verbs, Verbs(Access::kRead, Access::kAppend));
  EXPECT_THAT(chat.grants[0].logs.ToStrings(), ElementsAre("default"));
  EXPECT_THAT(chat.grants[0].channels.ToStrings(), ElementsAre("room-*"));
  EXPECT_TRUE(chat.grants[0].nodes.empty()) << "the verbs have no use for nodes";
  EXPECT_TRUE(chat.grants[1].nodes.all()) << "left out: all";
  EXPECT_TRUE(chat.grants[2].logs.empty());
  EXPECT_THAT(chat.grants[2].leases.ToStrings(), ElementsAre("leader"));
  EXPECT_TRUE(principals->back().grants.empty());
}

TEST(AccessFile, MayHaveNoPrincipals) { EXPECT_TRUE(Parse("principals: []").ok()); }

struct Bad {
  const char* name;
  std::string text;
  std::string error;
};

class BadAccessFile : public testing::TestWithParam<Bad> {};

TEST_P(BadAccessFile, IsRefusedWithAReason) {
  const auto principals = Parse(GetParam().text);
  ASSERT_FALSE(principals.ok());
  EXPECT_EQ(principals.status().code(), absl::StatusCode::kInvalidArgument);
  EXPECT_THAT(std::string(principals.status().message()), HasSubstr(GetParam().error));
}

INSTANTIATE_TEST_SUITE_P(
    All, BadAccessFile,
    testing::Values(
        Bad{"Empty", "", "`principals` is required"}, Bad{"NoYaml", "principals: [", "a.yaml:"},
        Bad{"UnknownKey", With("  token: []\n"), "a.yaml:3: there is no key `token`; did you mean `tokens`?"},
        Bad{"UnknownKeyOfGrant", WithGrant("verbs: [read], log: [a]"), "did you mean `logs`?"},
        Bad{"UnknownKeyOfLimits", With("  limits: {stream: 1}\n"), "did you mean `streams`?"},
        Bad{"UnknownVerb", WithGrant("verbs: [raed], logs: [a]"),
            "there is no verb `raed`; verbs are read, append"},
        Bad{"NoVerbs", WithGrant("verbs: [], logs: [a]"), "at least one verb"},
        Bad{"NoLogs", WithGrant("verbs: [read]"), "`logs` is required"},
        Bad{"EmptyChannels", WithGrant("verbs: [read], logs: [a], channels: []"), "at least one pattern"},
        Bad{"NothingBehindChannels", WithGrant("verbs: [read], logs: [a], channels: "),
            "at least one pattern"},
        Bad{"StarInTheMiddle", WithGrant("verbs: [read], logs: [a], channels: [a*b]"),
            "the beginning of one and `*`"},
        Bad{"UselessChannels", WithGrant("verbs: [admin], logs: [a], channels: [b]"),
            "channels: none of the grant's verbs has a use for it"},
        Bad{"UselessLogs", WithGrant("verbs: [lease], logs: [a]"),
            "logs: none of the grant's verbs has a use"},
        Bad{"NoName", "principals: [{grants: []}]", "`name` is required"},
        Bad{"BadName", "principals: [{name: 'a b'}]", "name: must be 1 to 128 characters"},
        Bad{"Anonymous", "principals: [{name: anonymous}]", "is who calls where there is no access file"},
        Bad{"SameName", "principals: [{name: a}, {name: a}]", "the name `a` is there twice"},
        Bad{"SameCertificate", "principals: [{name: a, certificates: [c]}, {name: b, certificates: [c]}]",
            "the certificate `c` is there twice"},
        Bad{"SameToken",
            "principals: [{name: a, tokens: [{id: t, sha256: " + std::string(kDigest) +
                "}]}, {name: b, tokens: [{id: t, sha256: " + kDigest + "}]}]",
            "is there twice"},
        Bad{"BadTime", With("  tokens: [{id: t, sha256: " + std::string(kDigest) + ", expires: tomorrow}]\n"),
            "expires: must be a time such as"},
        Bad{"BadRate", With("  limits: {requests_per_second: -1}\n"), "is not a whole number from 1"},
        Bad{"BadBytes", With("  limits: {bytes_per_second: 10MB}\n"), "must be a number of bytes"},
        Bad{"TooLarge", std::string((1 << 20) + 1, '#'), "has 1048577 bytes, the limit is 1048576"}),
    [](const auto& bad) { return bad.param.name; });

TEST(AccessFile, ATokenPutInByMistakeIsNotShown) {
  const auto principals = Parse(With("  tokens: [{id: t, sha256: my-secret-token}]\n"));
  ASSERT_FALSE(principals.ok());
  EXPECT_THAT(std::string(principals.status().message()), HasSubstr("sha256: must be 64 hexadecimal digits"));
  EXPECT_THAT(std::string(principals.status().message()), testing::Not(HasSubstr("secret")));
}

TEST(AccessFile, ThatIsNotThereIsNamed) {
  EXPECT_THAT(std::string(ReadAccessFile("/nonexistent/access.yaml").status().message()),
              HasSubstr("/nonexistent/access.yaml: cannot be opened"));
}

}  // namespace
