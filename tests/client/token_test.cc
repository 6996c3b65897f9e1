#include "client/internal/token.h"

#include <gmock/gmock.h>

#include <cstdio>
#include <fstream>

#include "client/subscription.h"
#include "tests/client/fake_server.h"

namespace replog::client {
namespace {

using internal::TokenSource;
using ::testing::HasSubstr;
using ::testing::Not;

constexpr std::chrono::seconds kSecond{1};

class TokenFileTest : public ::testing::Test {
 protected:
  TokenFileTest() : path_(::testing::TempDir() + "replog-token-" + std::to_string(::getpid())) {}
  ~TokenFileTest() override { std::remove(path_.c_str()); }
  void Write(const std::string& text) { std::ofstream(path_) << text; }
  std::string Problem(TokenSource& source) { return source.Get(now_).status().message(); }

  const std::string path_;
  TokenSource::Clock::time_point now_ = TokenSource::Clock::now();
};

TEST_F(TokenFileTest, ANewTokenIsFoundWithinASecond) {
  Write("first\n");
  TokenSource source("ignored", path_);
  EXPECT_EQ(*source.Get(now_), "first");
  Write("  second  \nmore");
  EXPECT_EQ(*source.Get(now_), "first");
  EXPECT_EQ(*source.Get(now_ + kSecond), "second");
}

TEST_F(TokenFileTest, AFileThatIsGoneLeavesWhatItSaid) {
  Write("first");
  TokenSource source("", path_);
  EXPECT_EQ(*source.Get(now_), "first");
  std::remove(path_.c_str());
  EXPECT_EQ(*source.Get(now_ + kSecond), "first");
}

TEST_F(TokenFileTest, WithoutATokenTheFileIsNamed) {
  TokenSource source("", path_);
  EXPECT_THAT(Problem(source), HasSubstr(path_ + ": No such file"));
  Write(" \n");
  EXPECT_THAT(Problem(source), HasSubstr(path_ + ": is empty"));
}

TEST_F(TokenFileTest, WhatCannotBeATokenIsRefusedAndNotShown) {
  for (const std::string& bad : {std::string("se\tcret"), std::string("sécret"), std::string(5000, 's')}) {
    TokenSource source(bad, "");
    EXPECT_EQ(source.Get(now_).status().code(), StatusCode::kUnauthenticated);
    EXPECT_THAT(Problem(source), Not(HasSubstr("cret")));
  }
}

class TokenTest : public ::testing::Test {
 protected:
  using Metadata = std::multimap<std::string, std::string>;

  TokenTest() {
    server_.OnSubscribe([this](grpc::ServerContext& context, const auto&, auto&) {
      shown_.clear();
      for (const auto& [name, value] : context.client_metadata())
        shown_.emplace(std::string(name.data(), name.size()), std::string(value.data(), value.size()));
      return grpc::Status(grpc::StatusCode::PERMISSION_DENIED, "enough");
    });
  }

  // What a subscription of `options` showed the server.
  Metadata MetadataOf(const ClientOptions& options) {
    Subscription subscription(Client(options), {.until_sequence = 1});
    EXPECT_EQ(subscription.Wait().message(), "enough");
    return shown_;
  }

  Metadata shown_;  // outlives the server, whose thread writes it
  FakeServer server_;
};

TEST_F(TokenTest, GoesWithEveryCallToLoopbackAndSoDoesARequestId) {
  ClientOptions options = server_.MakeOptions();
  options.token = "c2VjcmV0";
  const auto shown = MetadataOf(options);
  ASSERT_EQ(shown.count("authorization"), 1u);
  EXPECT_EQ(shown.find("authorization")->second, "Bearer c2VjcmV0");
  ASSERT_EQ(shown.count("x-request-id"), 1u);
  EXPECT_EQ(shown.find("x-request-id")->second.size(), 32u);
}

TEST_F(TokenTest, IsNotThereWhenThereIsNone) {
  EXPECT_EQ(MetadataOf(server_.MakeOptions()).count("authorization"), 0u);
}

TEST_F(TokenTest, DoesNotLeaveTheMachineInPlainText) {
  ClientOptions options = server_.MakeOptions();
  options.token = "c2VjcmV0";
  // The same machine by an address that does not say so.
  options.endpoints = {"0.0.0.0" + options.endpoints[0].substr(options.endpoints[0].rfind(':'))};
  EXPECT_EQ(MetadataOf(options).count("authorization"), 0u);
  options.token_in_plain_text = true;
  EXPECT_EQ(MetadataOf(options).count("authorization"), 1u);
}

}  // namespace
}  // namespace replog::client
