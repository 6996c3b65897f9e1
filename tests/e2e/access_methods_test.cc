// Every method of every service that the server registers, as reflection tells them: each has a rule, and
// each that is not open refuses whoever has no credential, a wrong or an expired one, or no grant.

#include <google/protobuf/descriptor.h>
#include <gtest/gtest.h>

#include "server/api/method_rules.h"
#include "server/auth/token.h"
#include "tests/e2e/access_server.h"
#include "tests/e2e/reflection.h"

namespace replog {
namespace {

using grpc::StatusCode;
using testing::AccessServer;
using testing::ListMethods;
using testing::Refusal;

constexpr const char* kPrincipals = R"(
- name: nobody
  tokens: [{id: t, sha256: TOKEN(nobody)}]
- name: late
  tokens: [{id: t, sha256: TOKEN(late), expires: 2001-01-01T00:00:00Z}]
  grants: [{verbs: [read, append, node, lease, admin], logs: ["*", "_*"]}]
- name: elsewhere
  tokens: [{id: t, sha256: TOKEN(elsewhere)}]
  grants: [{verbs: [read, append, node, lease, admin], logs: [elsewhere], leases: [elsewhere]}]
)";

class Methods : public ::testing::Test {
 protected:
  // The end of a call of each method that is not open, with the headers; its message is empty.
  void ForEachGuarded(const testing::Headers& headers,
                      const std::function<void(const std::string& method, const Refusal&)>& check) {
    for (const auto* method : ListMethods(server_.address())) {
      const std::string name = method->service()->full_name() + "/" + method->name();
      const MethodRule* rule = FindMethodRule(name);
      if (rule == nullptr || rule->open()) continue;
      ++guarded_;
      check(name, server_.Call("/" + name, "", headers));
    }
    EXPECT_GE(guarded_, 26);
  }
  AccessServer server_{kPrincipals};
  int guarded_ = 0;
};

TEST_F(Methods, EachHasARuleAndEachRuleAMethod) {
  std::set<std::string> served;
  for (const auto* method : ListMethods(server_.address())) {
    const std::string name = method->service()->full_name() + "/" + method->name();
    served.insert(name);
    EXPECT_NE(FindMethodRule(name), nullptr) << name << " has no rule in server/api/method_rules.cc";
  }
  for (const MethodRule& rule : MethodRules()) {
    EXPECT_TRUE(served.contains(std::string(rule.method))) << rule.method << " is not served";
    EXPECT_EQ(rule.open() && rule.why.empty(), false) << rule.method << " is open: say why";
  }
}

TEST_F(Methods, ThatTakeTheSameMessageHaveTheSameRule) {
  for (const auto* method : ListMethods(server_.address())) {
    const std::string name = method->service()->full_name() + "/" + method->name();
    const MethodRule* rule = FindMethodRule(name);
    if (rule == nullptr || rule->open()) continue;
    EXPECT_EQ(RuleOf(*method->input_type()).any_of, rule->any_of) << name;
  }
}

TEST_F(Methods, RefuseWhoHasNoToken) {
  ForEachGuarded({}, [](const std::string& method, const Refusal& refusal) {
    EXPECT_EQ(refusal.code, StatusCode::UNAUTHENTICATED) << method << ": " << refusal.message;
    EXPECT_EQ(refusal.reason, "UNAUTHENTICATED") << method;
  });
}

TEST_F(Methods, RefuseAWrongToken) {
  for (const std::string& header : {std::string("Bearer wrong-token-of-some-length"), std::string("Bearer "),
                                    std::string("Basic bm9ib2R5Og=="), AccessServer::TokenOf("nobody")}) {
    ForEachGuarded({{"authorization", header}}, [](const std::string& method, const Refusal& refusal) {
      EXPECT_EQ(refusal.reason, "UNAUTHENTICATED") << method << ": " << refusal.message;
    });
  }
}

TEST_F(Methods, RefuseTwoTokens) {
  const std::string bearer = "Bearer " + AccessServer::TokenOf("elsewhere");
  ForEachGuarded({{"authorization", bearer}, {"authorization", bearer}},
                 [](const std::string& method, const Refusal& refusal) {
                   EXPECT_EQ(refusal.reason, "UNAUTHENTICATED") << method;
                 });
}

TEST_F(Methods, RefuseAnExpiredToken) {
  ForEachGuarded(AccessServer::As("late"), [](const std::string& method, const Refusal& refusal) {
    EXPECT_EQ(refusal.code, StatusCode::UNAUTHENTICATED) << method;
    EXPECT_EQ(refusal.reason, "TOKEN_EXPIRED") << method;
    EXPECT_EQ(refusal.metadata.at("principal"), "late") << method;
  });
}

TEST_F(Methods, RefuseWhoHasNoGrant) {
  ForEachGuarded(AccessServer::As("nobody"), [](const std::string& method, const Refusal& refusal) {
    EXPECT_EQ(refusal.code, StatusCode::PERMISSION_DENIED) << method << ": " << refusal.message;
    EXPECT_EQ(refusal.reason, "PERMISSION_DENIED") << method;
    EXPECT_EQ(refusal.metadata.at("principal"), "nobody") << method;
  });
}

TEST_F(Methods, AreOpenOnlyWhereTheRuleSaysSo) {
  EXPECT_EQ(server_.Call("/grpc.health.v1.Health/Check", "", {}).code, StatusCode::OK);
  int open = 0;
  for (const MethodRule& rule : MethodRules()) open += rule.open() ? 1 : 0;
  EXPECT_EQ(open, 3) << "health's two and reflection";
}

TEST(Reflection, CanBeTurnedOff) {
  AccessServer server(kPrincipals, {"--reflection=false"});
  EXPECT_TRUE(ListMethods(server.address()).empty());
  EXPECT_EQ(server.Call("/grpc.health.v1.Health/Check", "", {}).code, StatusCode::OK);
}

}  // namespace
}  // namespace replog
