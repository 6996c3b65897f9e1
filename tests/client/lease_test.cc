// Lease, and the calls of Client that are about leases, against a server that does what the test says.
#include "client/lease.h"

#include <gtest/gtest.h>

#include <future>
#include <thread>

#include "tests/client/fake_server.h"

namespace replog::client {
namespace {

using std::chrono::milliseconds;

const grpc::Status kBroken(grpc::StatusCode::UNAVAILABLE, "broken");

void Fill(v1::Lease& lease, uint64_t sequence, milliseconds remaining) {
  lease.set_name("leader");
  lease.set_holder("node");
  lease.mutable_token()->set_name("leader");
  lease.mutable_token()->set_lineage(2);
  lease.mutable_token()->set_sequence(sequence);
  lease.mutable_ttl()->set_seconds(10);
  lease.mutable_remaining()->set_seconds(remaining.count() / 1000);
  lease.mutable_remaining()->set_nanos(static_cast<int32_t>(remaining.count() % 1000 * 1'000'000));
}

// Counts events, for a test to wait for them.
class Events {
 public:
  void Add() {
    MutexLock lock(mutex_);
    ++count_;
    changed_.NotifyAll();
  }
  void Await(int count) {
    MutexLock lock(mutex_);
    while (count_ < count) changed_.Wait(mutex_);
  }
  int count() {
    MutexLock lock(mutex_);
    return count_;
  }

 private:
  Mutex mutex_;
  CondVar changed_;
  int count_ TSA_GUARDED_BY(mutex_) = 0;
};

class ClientLeaseTest : public testing::Test {
 protected:
  // Scripts for the next call; the last one serves all further ones.
  void Grant(uint64_t sequence, milliseconds remaining) {
    server_.OnAcquire([this, sequence, remaining](const auto& request, auto& response) {
      asked_.push_back(request);
      Fill(*response.mutable_lease(), sequence, remaining);
      return grpc::Status::OK;
    });
  }
  void Refuse(const grpc::Status& status) {
    server_.OnAcquire([this, status](const auto& request, auto&) {
      asked_.push_back(request);
      return status;
    });
  }
  void Renew(milliseconds remaining) {
    server_.OnRenew([this, remaining](const auto& request, auto& response) {
      Fill(*response.mutable_lease(), request.token().sequence(), remaining);
      renewed_.Add();
      return grpc::Status::OK;
    });
  }
  void RefuseRenewal(const grpc::Status& status) {
    server_.OnRenew([this, status](const auto&, auto&) {
      renewed_.Add();
      return status;
    });
  }
  void TakeReleases(const grpc::Status& status = grpc::Status::OK) {
    server_.OnRelease([this, status](const v1::ReleaseRequest& request, v1::ReleaseResponse&) {
      EXPECT_EQ(request.token().sequence(), 7u);
      released_.Add();
      return status;
    });
  }
  LeaseOptions Options() {
    LeaseOptions options{.name = "leader", .holder = "node"};
    options.on_lost = [this](const Status& why) { lost_.set_value(why); };
    return options;
  }

  std::vector<v1::AcquireRequest> asked_;  // by one call after another
  Events renewed_;
  Events released_;
  std::promise<Status> lost_;
  FakeServer server_;  // goes first: its calls use the rest
};

constexpr milliseconds kLong(3'600'000);
// Of which a renewal is due in a time that a test can wait for.
constexpr milliseconds kShort(2'000);
const grpc::Status kNotHeld = ErrorWithReason(grpc::StatusCode::FAILED_PRECONDITION, "LEASE_NOT_HELD");
const grpc::Status kHeldByAnother = ErrorWithReason(grpc::StatusCode::FAILED_PRECONDITION, "LEASE_HELD");

TEST_F(ClientLeaseTest, IsAcquiredAndReleased) {
  Grant(7, kLong);
  TakeReleases();
  LeaseOptions options = Options();
  options.ttl = milliseconds(12'500);
  options.wait = milliseconds(60'000);
  Lease lease(server_.MakeClient(), options);
  ASSERT_TRUE(lease.Wait().ok());
  EXPECT_TRUE(lease.held());
  EXPECT_GT(lease.remaining().count(), 0);
  EXPECT_TRUE(lease.status().ok());
  EXPECT_EQ(lease.token(), (LeaseToken{"leader", 2, 7}));
  EXPECT_EQ(asked_[0].name(), "leader");
  EXPECT_EQ(asked_[0].holder(), "node");
  EXPECT_EQ(asked_[0].instance().size(), 32u);
  EXPECT_EQ(asked_[0].ttl().seconds(), 12);
  EXPECT_EQ(asked_[0].ttl().nanos(), 500'000'000);
  EXPECT_GE(asked_[0].wait().seconds(), 1);

  EXPECT_TRUE(lease.Release().ok());
  EXPECT_EQ(released_.count(), 1);
  EXPECT_FALSE(lease.held());
  EXPECT_EQ(lease.remaining().count(), 0);
  EXPECT_EQ(lease.status().reason(), reason::kCancelled);
  EXPECT_EQ(lease.token().sequence, 7u) << "appends after it are fenced, not unconditional";
  EXPECT_TRUE(lease.Release().ok());
  EXPECT_EQ(released_.count(), 1) << "once";
  EXPECT_EQ(lost_.get_future().wait_for(milliseconds(0)), std::future_status::timeout);
}

TEST_F(ClientLeaseTest, TheDestructorReleases) {
  Grant(7, kLong);
  TakeReleases();
  {
    Lease lease(server_.MakeClient(), Options());
    ASSERT_TRUE(lease.Wait().ok());
  }
  EXPECT_EQ(released_.count(), 1);
}

TEST_F(ClientLeaseTest, EachIsAHolderOfItsOwn) {
  Grant(7, kLong);
  TakeReleases();
  const Client client = server_.MakeClient();
  for (int i = 0; i < 2; ++i) ASSERT_TRUE(Lease(client, Options()).Wait().ok());
  EXPECT_NE(asked_[0].instance(), asked_[1].instance());
}

TEST_F(ClientLeaseTest, OfAnotherIsNotWaitedForUnlessAsked) {
  Refuse(kHeldByAnother);
  Lease lease(server_.MakeClient(), Options());
  EXPECT_EQ(lease.Wait().reason(), "LEASE_HELD");
  EXPECT_FALSE(lease.held());
  EXPECT_EQ(lease.token(), LeaseToken()) << "which every append refuses";
  EXPECT_EQ(asked_.size(), 1u);
  EXPECT_EQ(asked_[0].wait().seconds(), 0);
}

TEST_F(ClientLeaseTest, IsAskedForAgainAfterABreakAndAfterTheLongestWait) {
  Refuse(kBroken);
  Refuse(kHeldByAnother);
  Grant(7, kLong);
  TakeReleases();
  LeaseOptions options = Options();
  options.wait = LeaseOptions::kForever;
  Lease lease(server_.MakeClient(), options);
  ASSERT_TRUE(lease.Wait().ok());
  ASSERT_EQ(asked_.size(), 3u);
  EXPECT_EQ(asked_[2].instance(), asked_[0].instance());
  EXPECT_EQ(asked_[0].wait().seconds(), 3'600) << "the server's bound";
}

TEST_F(ClientLeaseTest, ARefusalIsFinal) {
  Refuse(ErrorWithReason(grpc::StatusCode::INVALID_ARGUMENT, "INVALID_FIELD"));
  LeaseOptions options = Options();
  options.wait = LeaseOptions::kForever;
  Lease lease(server_.MakeClient(), options);
  EXPECT_EQ(lease.Wait().code(), StatusCode::kInvalidArgument);
  EXPECT_EQ(lease.status().code(), StatusCode::kInvalidArgument);
}

TEST_F(ClientLeaseTest, AServerThatIsNotThereIsGivenUpInTime) {
  ClientOptions options;
  options.endpoints = {FakeServer::UnusedAddress()};
  options.call_timeout = milliseconds(50);
  Lease lease(Client(options), Options());
  EXPECT_EQ(lease.Wait().code(), StatusCode::kUnavailable);
}

TEST_F(ClientLeaseTest, WaitingIsEndedByRelease) {
  std::promise<void> arrived;
  std::promise<void> go_on;
  auto going_on = go_on.get_future().share();
  server_.OnAcquire([&, going_on](const auto&, auto&) {
    arrived.set_value();
    going_on.wait();
    return kHeldByAnother;
  });
  LeaseOptions options = Options();
  options.wait = LeaseOptions::kForever;
  Lease lease(server_.MakeClient(), options);
  std::thread waiting([&] { EXPECT_EQ(lease.Wait().reason(), reason::kCancelled); });
  arrived.get_future().wait();
  EXPECT_TRUE(lease.Release().ok());
  waiting.join();
  go_on.set_value();
}

TEST_F(ClientLeaseTest, RenewsForAsLongAsItLives) {
  Grant(7, milliseconds(0));  // so little that it is renewed before it counts as held
  Renew(kShort);
  TakeReleases();
  LeaseOptions options = Options();
  options.margin = milliseconds(1);
  Lease lease(server_.MakeClient(), options);
  ASSERT_TRUE(lease.Wait().ok());
  EXPECT_GE(renewed_.count(), 1);
  renewed_.Await(2);
  EXPECT_EQ(lease.token().sequence, 7u);
}

TEST_F(ClientLeaseTest, ARenewalThatFailsIsMadeAgain) {
  Grant(7, milliseconds(0));
  RefuseRenewal(kBroken);
  RefuseRenewal(grpc::Status(grpc::StatusCode::DEADLINE_EXCEEDED, "slow"));
  Renew(kLong);
  TakeReleases();
  Lease lease(server_.MakeClient(), Options());
  ASSERT_TRUE(lease.Wait().ok());
  EXPECT_EQ(renewed_.count(), 3);
  EXPECT_TRUE(lease.held());
}

TEST_F(ClientLeaseTest, WhatWasLostBeforeItWasSureIsAcquiredAgain) {
  Grant(5, milliseconds(0));
  Grant(7, kLong);
  RefuseRenewal(kNotHeld);
  TakeReleases();
  Lease lease(server_.MakeClient(), Options());
  ASSERT_TRUE(lease.Wait().ok());
  EXPECT_EQ(lease.token().sequence, 7u);
}

TEST_F(ClientLeaseTest, TellsThatItIsLostWhenTheServerSaysSo) {
  Grant(7, milliseconds(0));
  Renew(kShort);
  RefuseRenewal(kNotHeld);
  LeaseOptions options = Options();
  options.margin = milliseconds(1);
  Lease lease(server_.MakeClient(), options);
  ASSERT_TRUE(lease.Wait().ok());
  const std::string why = lost_.get_future().get().reason();
  // A machine that is slow enough ends the term first.
  EXPECT_TRUE(why == "LEASE_NOT_HELD" || why == reason::kLeaseLost) << why;
  EXPECT_FALSE(lease.held());
  EXPECT_EQ(lease.status().reason(), why);
  EXPECT_EQ(lease.token().sequence, 7u);
}

TEST_F(ClientLeaseTest, TellsThatItIsLostWhenItCannotBeRenewedInTime) {
  Grant(7, milliseconds(0));
  Renew(kShort);
  RefuseRenewal(kBroken);
  TakeReleases(kNotHeld);
  LeaseOptions options = Options();
  options.margin = milliseconds(1);
  std::optional<Lease> lease;
  options.on_lost = [&](const Status& why) { lost_.set_value(why); };
  lease.emplace(server_.MakeClient(), options);
  ASSERT_TRUE(lease->Wait().ok());
  const Status why = lost_.get_future().get();
  EXPECT_EQ(why.reason(), reason::kLeaseLost);
  EXPECT_FALSE(lease->held());
  lease.reset();
  EXPECT_EQ(released_.count(), 1) << "the server may still take it for the holder";
}

TEST_F(ClientLeaseTest, MayBeDestroyedInOnLost) {
  Grant(7, milliseconds(0));
  Renew(kShort);
  RefuseRenewal(kNotHeld);
  TakeReleases();
  auto lease = std::make_shared<std::unique_ptr<Lease>>();
  LeaseOptions options = Options();
  options.margin = milliseconds(1);
  std::promise<void> made;
  auto is_made = made.get_future().share();
  options.on_lost = [this, lease, is_made](const Status& why) {
    is_made.wait();
    lease->reset();
    lost_.set_value(why);
  };
  *lease = std::make_unique<Lease>(server_.MakeClient(), options);
  ASSERT_TRUE((*lease)->Wait().ok());
  made.set_value();
  EXPECT_FALSE(lost_.get_future().get().ok());
}

TEST_F(ClientLeaseTest, AReleaseThatFailsIsMadeAgain) {
  Grant(7, kLong);
  TakeReleases(kBroken);
  TakeReleases(kNotHeld);
  Lease lease(server_.MakeClient(), Options());
  ASSERT_TRUE(lease.Wait().ok());
  EXPECT_TRUE(lease.Release().ok()) << "the first may have worked";
  EXPECT_EQ(released_.count(), 2);
}

TEST_F(ClientLeaseTest, AReleaseThatIsNotAnsweredIsGivenUp) {
  Grant(7, kLong);
  TakeReleases(kBroken);
  ClientOptions client = server_.MakeOptions();
  client.call_timeout = milliseconds(500);
  Lease lease(Client(client), Options());
  ASSERT_TRUE(lease.Wait().ok());
  EXPECT_FALSE(lease.Release().ok());
  EXPECT_FALSE(lease.held());
}

// ---------------------------------------------------------------------- one call each

TEST_F(ClientLeaseTest, OneCallAcquires) {
  Grant(7, milliseconds(1'250));
  const auto lease = server_.MakeClient().AcquireLease({.name = "leader",
                                                        .holder = "node",
                                                        .ttl = milliseconds(2'500),
                                                        .wait = milliseconds(1'001),
                                                        .instance = "i"});
  ASSERT_TRUE(lease.ok()) << lease.status().ToString();
  EXPECT_EQ(lease->name, "leader");
  EXPECT_EQ(lease->holder, "node");
  EXPECT_EQ(lease->token, (LeaseToken{"leader", 2, 7}));
  EXPECT_EQ(lease->ttl, milliseconds(10'000));
  EXPECT_EQ(lease->remaining, milliseconds(1'250));
  EXPECT_EQ(asked_[0].instance(), "i");
  EXPECT_EQ(asked_[0].wait().seconds(), 1);
  EXPECT_EQ(asked_[0].wait().nanos(), 1'000'000);
}

TEST_F(ClientLeaseTest, OneCallRenewsOrReleases) {
  server_.OnRenew([](const v1::RenewRequest& request, v1::RenewResponse& response) {
    EXPECT_EQ(request.token().name(), "leader");
    EXPECT_EQ(request.token().lineage(), 2u);
    EXPECT_TRUE(request.token().has_sequence());
    Fill(*response.mutable_lease(), 0, kLong);
    return grpc::Status::OK;
  });
  EXPECT_EQ(server_.MakeClient().RenewLease({"leader", 2, 0})->remaining, kLong);
  TakeReleases();
  EXPECT_TRUE(server_.MakeClient().ReleaseLease({"leader", 2, 7}).ok());
}

TEST_F(ClientLeaseTest, OneCallTellsWhoHoldsALease) {
  server_.OnGetLease([](const v1::GetRequest& request, v1::GetResponse& response) {
    if (request.name() == "leader") Fill(*response.mutable_lease(), 7, kLong);
    return grpc::Status::OK;
  });
  const auto held = server_.MakeClient().GetLease("leader");
  ASSERT_TRUE(held.ok());
  EXPECT_EQ((*held)->holder, "node");
  const auto free = server_.MakeClient().GetLease("free");
  ASSERT_TRUE(free.ok());
  EXPECT_FALSE(free->has_value());
}

TEST_F(ClientLeaseTest, AllPagesAreListed) {
  server_.OnListLeases([](const v1::ListRequest& request, v1::ListResponse& response) {
    Fill(*response.add_leases(), 7, kLong);
    if (request.after().empty()) response.set_next_after("leader");
    return grpc::Status::OK;
  });
  EXPECT_EQ(server_.MakeClient().ListLeases()->size(), 2u);
}

TEST_F(ClientLeaseTest, AnAppendSaysUnderWhichLeaseItIs) {
  server_.OnAppend([](const v1::AppendRequest& request, v1::AppendResponse&) {
    EXPECT_EQ(request.conditions().lease().name(), "leader");
    EXPECT_EQ(request.conditions().lease().lineage(), 2u);
    EXPECT_EQ(request.conditions().lease().sequence(), 7u);
    return ErrorWithReason(grpc::StatusCode::FAILED_PRECONDITION, "LEASE_FENCED");
  });
  const NewRecord record{.channel = "c", .body = "x"};
  const auto appended =
      server_.MakeClient().Append({&record, 1}, AppendConditions{.lease = LeaseToken{"leader", 2, 7}});
  EXPECT_EQ(appended.status().reason(), "LEASE_FENCED");
  EXPECT_EQ(FateOf(appended.status()), AppendFate::kRejected);
}

}  // namespace
}  // namespace replog::client
