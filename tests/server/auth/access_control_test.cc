#include "server/auth/access_control.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "base/error.h"
#include "server/auth/token.h"
#include "tests/server/core/manual_clock.h"

using namespace replog;
using ::testing::HasSubstr;

namespace {

const std::string kToken = "a-token-of-some-length";
const std::string kOther = "another-token-of-some-length";

Grant Reads(const std::string& channel) {
  return {Access::kRead, LogPatterns({"default"}), NamePatterns({channel}), {}, {}};
}

Principal Bob(std::vector<Grant> grants = {Reads("room-*")}) {
  Principal bob;
  bob.name = "bob";
  bob.tokens.push_back({"t1", DigestOf(kToken), std::nullopt});
  bob.certificates = {"bob.example"};
  bob.grants = std::move(grants);
  return bob;
}

class AccessControlTest : public ::testing::Test {
 protected:
  absl::StatusOr<Caller> WithToken(const std::string& token) {
    return access_.Identify({.authorization = "Bearer " + token, .certificate_names = {}});
  }
  // Watches for reading `channel`, and keeps what it is told.
  std::unique_ptr<AccessControl::Watch> WatchReading(const Caller& caller, const std::string& channel) {
    return access_.WatchGrants(
        caller, [channel](const Caller& now) { return now.CheckChannel(Access::kRead, "default", channel); },
        [this](const absl::Status& status) { revoked_.push_back(status); });
  }
  replog::testing::ManualClock clock_;
  AccessControl access_{clock_};
  std::vector<absl::Status> revoked_;
};

TEST_F(AccessControlTest, WithoutAFileEverybodyIsAnonymousWithEverything) {
  const auto caller = access_.Identify({});
  ASSERT_TRUE(caller.ok());
  EXPECT_EQ(caller->name(), "anonymous");
  EXPECT_TRUE(caller->CheckServerAdmin().ok());
  EXPECT_TRUE(caller->HasAllChannels(Access::kAppend, "default"));
  EXPECT_TRUE(caller->HasAllChannels(Access::kRead, "_system"));
  EXPECT_TRUE(caller->CheckNode("default", "n").ok());
  EXPECT_TRUE(caller->CheckLease("l").ok());
  EXPECT_TRUE(WithToken("whatever-token-there-is").ok());
}

TEST_F(AccessControlTest, TellsWhoCallsByTokenOrCertificate) {
  access_.Replace({Bob()});
  EXPECT_EQ(WithToken(kToken)->name(), "bob");
  EXPECT_EQ(access_.Identify({.authorization = "", .certificate_names = {"x", "bob.example"}})->name(),
            "bob");
}

TEST_F(AccessControlTest, WhoShowsNothingKnownIsToldWhatItShowedAndNoMore) {
  access_.Replace({Bob()});
  const auto nothing = access_.Identify({}).status();
  const auto token = WithToken(kOther).status();
  const auto certificate = access_.Identify({.authorization = "", .certificate_names = {"eve"}}).status();
  EXPECT_THAT(nothing.message(), HasSubstr("no credential"));
  EXPECT_THAT(token.message(), HasSubstr("the token is not known"));
  EXPECT_THAT(certificate.message(), HasSubstr("the client certificate"));
  for (const auto& status : {nothing, token, certificate}) {
    EXPECT_EQ(ReasonOf(status), Reason::kUnauthenticated);
    EXPECT_TRUE(MetadataOf(status).empty());
  }
  const std::string nearly(kToken.substr(0, kToken.size() - 1));
  EXPECT_EQ(WithToken(nearly + "_").status(), token) << "how near a guess is is not told";
  EXPECT_EQ(access_.Identify({.authorization = "Basic Ym9iOmJvYg==", .certificate_names = {"bob.example"}})
                .status(),
            nothing)
      << "a bad header is not made good by a certificate";
}

TEST_F(AccessControlTest, ATokenExpires) {
  Principal bob = Bob();
  bob.tokens[0].expires_us = 1'000;
  access_.Replace({bob});
  clock_.wall_us = 999;
  const auto caller = WithToken(kToken);
  ASSERT_TRUE(caller.ok());
  const auto watch = WatchReading(*caller, "room-1");
  access_.EndExpired();
  EXPECT_TRUE(revoked_.empty());
  clock_.wall_us = 1'000;
  EXPECT_EQ(ReasonOf(WithToken(kToken).status()), Reason::kTokenExpired);
  access_.EndExpired();
  ASSERT_EQ(revoked_.size(), 1);
  EXPECT_EQ(ReasonOf(revoked_[0]), Reason::kTokenExpired);
}

TEST_F(AccessControlTest, AReloadEndsWhatIsNoLongerGrantedAndNothingElse) {
  access_.Replace({Bob({Reads("room-*"), Reads("lobby")})});
  const Caller bob = *WithToken(kToken);
  const auto room = WatchReading(bob, "room-1");
  const auto lobby = WatchReading(bob, "lobby");
  access_.Replace({Bob({Reads("lobby")})});
  ASSERT_EQ(revoked_.size(), 1);
  EXPECT_EQ(ReasonOf(revoked_[0]), Reason::kGrantRevoked);
  EXPECT_NE(revoked_[0].message().find("room-1"), std::string::npos);
  access_.Replace({Bob({Reads("lobby")})});
  EXPECT_EQ(revoked_.size(), 1) << "it is told once";
}

TEST_F(AccessControlTest, AReloadEndsWhatIsUnderACredentialThatIsGone) {
  access_.Replace({Bob()});
  const auto by_token = WatchReading(*WithToken(kToken), "room-1");
  const auto by_certificate =
      WatchReading(*access_.Identify({.authorization = "", .certificate_names = {"bob.example"}}), "room-1");
  Principal bob = Bob();
  bob.tokens[0].digest = DigestOf(kOther);
  access_.Replace({bob});
  ASSERT_EQ(revoked_.size(), 1);
  EXPECT_EQ(ReasonOf(revoked_[0]), Reason::kUnauthenticated);
}

TEST_F(AccessControlTest, ATokenThatIsGivenToAnotherEndsWhatWasUnderIt) {
  access_.Replace({Bob()});
  const auto watch = WatchReading(*WithToken(kToken), "room-1");
  Principal alice = Bob();
  alice.name = "alice";
  access_.Replace({alice});
  ASSERT_EQ(revoked_.size(), 1);
  EXPECT_EQ(ReasonOf(revoked_[0]), Reason::kGrantRevoked);
}

TEST_F(AccessControlTest, AReloadBeforeTheWatchIsNotMissed) {
  access_.Replace({Bob()});
  const Caller bob = *WithToken(kToken);
  access_.Replace({});
  const auto watch = WatchReading(bob, "room-1");
  EXPECT_EQ(revoked_.size(), 1);
}

TEST_F(AccessControlTest, WhoNoLongerWatchesIsNotTold) {
  access_.Replace({Bob()});
  WatchReading(*WithToken(kToken), "room-1").reset();
  access_.Replace({});
  EXPECT_TRUE(revoked_.empty());
}

TEST_F(AccessControlTest, WhatIsCountedOutlivesAReload) {
  Principal bob = Bob();
  bob.limits.streams = 1;
  access_.Replace({bob});
  const auto stream = WithToken(kToken)->OpenStream();
  ASSERT_TRUE(stream.ok());
  access_.Replace({bob});
  EXPECT_EQ(ReasonOf(WithToken(kToken)->OpenStream().status()), Reason::kTooManyStreams);
  bob.limits.streams = 2;
  access_.Replace({bob});
  EXPECT_TRUE(WithToken(kToken)->OpenStream().ok());
}

TEST_F(AccessControlTest, AFileThatIsBadIsRefused) {
  EXPECT_FALSE(AccessControl::Open("/nonexistent/access.yaml", clock_).ok());
  EXPECT_TRUE(AccessControl::Open("", clock_).ok());
}

}  // namespace
