// Leases, as any client has them: one holder at a time, for a term, also when the server is killed.

#include <gtest/gtest.h>

#include <deque>
#include <future>
#include <set>
#include <thread>

#include "replog/v1/leases.grpc.pb.h"
#include "tests/e2e/peer.h"
#include "tests/support/server_process.h"

namespace replog {
namespace {

using testing::Peer;
using testing::Refusal;
using testing::RefusalOf;
using testing::ServerProcess;
using testing::Subscriber;

constexpr int64_t kLongMs = 600'000;  // a term that no test sees the end of

v1::AcquireRequest MakeAcquire(const std::string& name, const std::string& holder, int64_t ttl_ms,
                               int64_t wait_ms) {
  v1::AcquireRequest request;
  request.set_name(name);
  request.set_holder(holder);
  request.mutable_ttl()->set_seconds(ttl_ms / 1000);
  request.mutable_ttl()->set_nanos(static_cast<int32_t>(ttl_ms % 1000 * 1'000'000));
  request.mutable_wait()->set_seconds(wait_ms / 1000);
  return request;
}

// A server, and the calls of its leases.
class LeaseTest : public ::testing::Test {
 protected:
  LeaseTest() { Connect(); }
  void Connect() {
    peer_.emplace(server_.address());
    leases_ = v1::Leases::NewStub(peer_->channel());
  }

  template <typename Request, typename Response>
  using Method = grpc::Status (v1::Leases::Stub::*)(grpc::ClientContext*, const Request&, Response*);
  template <typename Request, typename Response>
  grpc::Status Call(Method<Request, Response> method, const Request& request, Response& response) {
    grpc::ClientContext context;
    context.set_deadline(std::chrono::system_clock::now() + testing::kPatience);
    context.set_wait_for_ready(true);
    return (leases_.get()->*method)(&context, request, &response);
  }
  grpc::Status Acquire(const v1::AcquireRequest& request, v1::Lease* lease = nullptr) {
    v1::AcquireResponse response;
    const auto status = Call(&v1::Leases::Stub::Acquire, request, response);
    if (lease != nullptr) *lease = response.lease();
    return status;
  }
  v1::Lease MustAcquire(const std::string& name, const std::string& holder, int64_t ttl_ms = kLongMs,
                        int64_t wait_ms = 0) {
    v1::Lease lease;
    const auto status = Acquire(MakeAcquire(name, holder, ttl_ms, wait_ms), &lease);
    EXPECT_TRUE(status.ok()) << status.error_message();
    return lease;
  }
  grpc::Status Renew(const v1::LeaseToken& token) {
    v1::RenewRequest request;
    v1::RenewResponse response;
    *request.mutable_token() = token;
    return Call(&v1::Leases::Stub::Renew, request, response);
  }
  grpc::Status Release(const v1::LeaseToken& token) {
    v1::ReleaseRequest request;
    v1::ReleaseResponse response;
    *request.mutable_token() = token;
    return Call(&v1::Leases::Stub::Release, request, response);
  }
  // An append of one record under a lease's token.
  grpc::Status AppendUnder(const v1::LeaseToken& token, const std::string& log = "",
                           v1::AppendResponse* response = nullptr) {
    auto request = testing::MakeAppend({"text"}, "c", log);
    *request.mutable_conditions()->mutable_lease() = token;
    return peer_->Append(request, response);
  }
  void ExpectFenced(const grpc::Status& status, const v1::LeaseToken& highest) {
    const Refusal refusal = RefusalOf(status);
    EXPECT_EQ(refusal.code, grpc::StatusCode::FAILED_PRECONDITION);
    EXPECT_EQ(refusal.reason, "LEASE_FENCED") << refusal.message;
    EXPECT_EQ(refusal.metadata.at("lease"), highest.name());
    EXPECT_EQ(refusal.metadata.at("lineage"), std::to_string(highest.lineage()));
    EXPECT_EQ(refusal.metadata.at("sequence"), std::to_string(highest.sequence()));
  }
  // Who holds it; empty when nobody does.
  std::string HolderOf(const std::string& name) {
    v1::GetRequest request;
    v1::GetResponse response;
    request.set_name(name);
    const auto status = Call(&v1::Leases::Stub::Get, request, response);
    EXPECT_TRUE(status.ok()) << status.error_message();
    return response.lease().holder();
  }

  ServerProcess server_;
  std::optional<Peer> peer_;
  std::unique_ptr<v1::Leases::Stub> leases_;
};

// An Acquire that waits, without a thread of the test.
class Waiting {
 public:
  Waiting(v1::Leases::Stub& leases, const v1::AcquireRequest& request) : request_(request) {
    context_.set_deadline(std::chrono::system_clock::now() + testing::kPatience);
    leases.async()->Acquire(&context_, &request_, &response_,
                            [this](grpc::Status status) { done_.set_value(std::move(status)); });
  }
  void Cancel() { context_.TryCancel(); }
  grpc::Status Get() { return future_.get(); }
  bool Done() const { return future_.wait_for(std::chrono::seconds(0)) == std::future_status::ready; }
  const v1::Lease& lease() const { return response_.lease(); }

 private:
  const v1::AcquireRequest request_;
  grpc::ClientContext context_;
  v1::AcquireResponse response_;
  std::promise<grpc::Status> done_;
  std::future<grpc::Status> future_ = done_.get_future();
};

TEST_F(LeaseTest, HasOneHolderUntilItIsReleased) {
  const v1::Lease lease = MustAcquire("leader", "node-1");
  EXPECT_EQ(lease.name(), "leader");
  EXPECT_EQ(lease.holder(), "node-1");
  EXPECT_EQ(lease.token().name(), "leader");
  EXPECT_EQ(lease.ttl().seconds(), kLongMs / 1000);
  EXPECT_LE(lease.remaining().seconds(), kLongMs / 1000);
  EXPECT_EQ(HolderOf("leader"), "node-1");

  const Refusal refusal = RefusalOf(Acquire(MakeAcquire("leader", "node-2", kLongMs, 0)));
  EXPECT_EQ(refusal.code, grpc::StatusCode::FAILED_PRECONDITION);
  EXPECT_EQ(refusal.reason, "LEASE_HELD");
  EXPECT_EQ(refusal.metadata.at("holder"), "node-1");
  EXPECT_LE(std::stoll(refusal.metadata.at("remaining_ms")), kLongMs);
  EXPECT_TRUE(Renew(lease.token()).ok());

  EXPECT_TRUE(Release(lease.token()).ok());
  EXPECT_EQ(HolderOf("leader"), "");
  EXPECT_EQ(RefusalOf(Release(lease.token())).reason, "LEASE_NOT_HELD");
  EXPECT_EQ(RefusalOf(Renew(lease.token())).reason, "LEASE_NOT_HELD");
  const v1::Lease next = MustAcquire("leader", "node-2");
  EXPECT_GT(next.token().sequence(), lease.token().sequence());
}

TEST_F(LeaseTest, GoesToTheNextWhenItsTermIsOver) {
  const v1::Lease lease = MustAcquire("leader", "node-1", 1000);
  const v1::Lease next = MustAcquire("leader", "node-2", kLongMs, 60'000);
  EXPECT_EQ(next.holder(), "node-2");
  EXPECT_GT(next.token().sequence(), lease.token().sequence());
  const Refusal refusal = RefusalOf(Renew(lease.token()));
  EXPECT_EQ(refusal.reason, "LEASE_NOT_HELD");
  EXPECT_EQ(refusal.metadata.at("holder"), "node-2");
}

TEST_F(LeaseTest, SurvivesAKillWithItsToken) {
  const v1::Lease lease = MustAcquire("leader", "node-1");
  server_.Kill9();
  server_.Restart();
  Connect();
  EXPECT_EQ(HolderOf("leader"), "node-1");
  EXPECT_EQ(RefusalOf(Acquire(MakeAcquire("leader", "node-2", kLongMs, 0))).reason, "LEASE_HELD");
  EXPECT_EQ(MustAcquire("leader", "node-1").token().sequence(), lease.token().sequence());
  EXPECT_TRUE(Renew(lease.token()).ok());
  EXPECT_TRUE(Release(lease.token()).ok());
}

TEST_F(LeaseTest, CanBeWatchedInTheSystemLog) {
  v1::SubscribeRequest watch;
  watch.set_log("_system");
  watch.add_channels("leases");
  Subscriber watcher(*peer_, watch);
  const v1::Lease lease = MustAcquire("leader", "node-1");
  ASSERT_TRUE(Release(lease.token()).ok());
  const auto records = watcher.ReadTo(lease.token().sequence() + 2);
  ASSERT_EQ(records.size(), 2u);
  EXPECT_EQ(records[0].key(), "leader");
  EXPECT_EQ(records[0].sequence(), lease.token().sequence());
  EXPECT_EQ(records[0].text(), R"({"holder":"node-1","ttl":"600s"})");
  EXPECT_TRUE(records[1].deleted());
}

TEST_F(LeaseTest, IsListedByName) {
  for (const char* name : {"c", "a", "b"}) MustAcquire(name, "node-1");
  v1::ListRequest request;
  request.set_max_leases(2);
  v1::ListResponse page;
  ASSERT_TRUE(Call(&v1::Leases::Stub::List, request, page).ok());
  ASSERT_EQ(page.leases_size(), 2);
  EXPECT_EQ(page.leases(0).name(), "a");
  EXPECT_EQ(page.next_after(), "b");
  request.set_after(page.next_after());
  page.Clear();
  ASSERT_TRUE(Call(&v1::Leases::Stub::List, request, page).ok());
  ASSERT_EQ(page.leases_size(), 1);
  EXPECT_EQ(page.leases(0).name(), "c");
  EXPECT_FALSE(page.has_next_after());
}

// Many more calls wait than the server has threads, and everybody else is served.
TEST_F(LeaseTest, IsWaitedForWithoutAThread) {
  constexpr int kWaiting = 500;
  const v1::Lease lease = MustAcquire("leader", "node");
  std::deque<Waiting> waiting;
  for (int i = 0; i < kWaiting; ++i) {
    waiting.emplace_back(*leases_, MakeAcquire("leader", "waiter-" + std::to_string(i), kLongMs, 600'000));
  }
  MustAcquire("another", "node");
  EXPECT_EQ(HolderOf("leader"), "node");
  // One connection keeps its order; so those that leave are the first in the queue, or were on their way into
  // it.
  for (int i = 0; i < kWaiting - 1; ++i) waiting[static_cast<size_t>(i)].Cancel();
  for (int i = 0; i < kWaiting - 1; ++i) {
    EXPECT_EQ(waiting[static_cast<size_t>(i)].Get().error_code(), grpc::StatusCode::CANCELLED);
  }
  EXPECT_FALSE(waiting.back().Done());
  ASSERT_TRUE(Release(lease.token()).ok());
  ASSERT_TRUE(waiting.back().Get().ok());
  EXPECT_EQ(waiting.back().lease().holder(), "waiter-499");
}

TEST_F(LeaseTest, GoesOnToTheNextWhenWhoWaitsHasGone) {
  const v1::Lease lease = MustAcquire("leader", "node-1");
  {
    // A client that dies: its connection breaks.
    Peer gone(server_.address());
    const auto stub = v1::Leases::NewStub(gone.channel());
    Waiting waiting(*stub, MakeAcquire("leader", "gone", kLongMs, 600'000));
    ASSERT_EQ(HolderOf("leader"), "node-1");
    waiting.Cancel();
    (void)waiting.Get();
  }
  Waiting waiting(*leases_, MakeAcquire("leader", "node-2", kLongMs, 600'000));
  ASSERT_TRUE(Release(lease.token()).ok());
  // Was the other being granted it just then, it goes on from there.
  ASSERT_TRUE(waiting.Get().ok());
  EXPECT_EQ(waiting.lease().holder(), "node-2");
}

TEST_F(LeaseTest, WhoWaitsIsToldWhenTheServerStops) {
  MustAcquire("leader", "node-1");
  Waiting waiting(*leases_, MakeAcquire("leader", "node-2", kLongMs, 600'000));
  EXPECT_EQ(HolderOf("leader"), "node-1");  // so the other has arrived too: it was sent before
  EXPECT_EQ(server_.Terminate(), 0);
  const Refusal refusal = RefusalOf(waiting.Get());
  EXPECT_EQ(refusal.code, grpc::StatusCode::UNAVAILABLE);
  EXPECT_EQ(refusal.reason, "SHUTTING_DOWN");
  EXPECT_TRUE(refusal.retry_hint);
}

TEST_F(LeaseTest, ANewHolderFencesTheOldByItsFirstAppendAlsoThroughAKill) {
  const v1::LeaseToken old = MustAcquire("leader", "node-1").token();
  EXPECT_TRUE(AppendUnder(old).ok());
  EXPECT_TRUE(Release(old).ok());
  const v1::LeaseToken token = MustAcquire("leader", "node-2").token();
  EXPECT_TRUE(AppendUnder(old).ok()) << "the log has not seen the new token yet";
  EXPECT_TRUE(AppendUnder(token).ok());
  ExpectFenced(AppendUnder(old), token);
  server_.Kill9();
  server_.Restart();
  Connect();
  ExpectFenced(AppendUnder(old), token);
  EXPECT_TRUE(AppendUnder(token).ok());
  EXPECT_EQ(peer_->GetLog().committed_end(), 4u) << "nothing was written under the old one";

  v1::ReadResponse page;
  ASSERT_TRUE(peer_->Read({}, &page).ok());
  ASSERT_EQ(page.records_size(), 4);
  EXPECT_EQ(page.records(0).lease().sequence(), old.sequence());
  EXPECT_FALSE(page.records(1).has_lease());
  EXPECT_EQ(page.records(2).lease().sequence(), token.sequence());
  EXPECT_FALSE(page.records(3).has_lease());
}

TEST_F(LeaseTest, FencesEachLogAndGoesWithIt) {
  const v1::LeaseToken old = MustAcquire("leader", "node-1").token();
  ASSERT_TRUE(Release(old).ok());
  const v1::LeaseToken token = MustAcquire("leader", "node-2").token();
  const auto create = [this] {
    v1::CreateLogRequest request;
    v1::CreateLogResponse response;
    request.set_log("other");
    grpc::ClientContext context;
    ASSERT_TRUE(peer_->admin().CreateLog(&context, request, &response).ok());
  };
  create();
  EXPECT_TRUE(AppendUnder(token).ok());
  EXPECT_TRUE(AppendUnder(old, "other").ok()) << "a fence of another log is none of this one";
  EXPECT_TRUE(AppendUnder(token, "other").ok());
  ExpectFenced(AppendUnder(old, "other"), token);
  v1::DeleteLogRequest request;
  v1::DeleteLogResponse response;
  request.set_log("other");
  grpc::ClientContext context;
  ASSERT_TRUE(peer_->admin().DeleteLog(&context, request, &response).ok());
  create();
  EXPECT_TRUE(AppendUnder(old, "other").ok()) << "a new log has seen nothing";
}

TEST_F(LeaseTest, WhatIsNotLegalIsRefusedByItsName) {
  const auto refused = [this](const std::string& field, const auto& change) {
    auto request = MakeAcquire("leader", "node-1", kLongMs, 0);
    change(request);
    const Refusal refusal = RefusalOf(Acquire(request));
    EXPECT_EQ(refusal.code, grpc::StatusCode::INVALID_ARGUMENT);
    EXPECT_EQ(refusal.reason, "INVALID_FIELD");
    EXPECT_EQ(refusal.metadata.at("field"), field);
  };
  refused("name", [](auto& request) { request.clear_name(); });
  refused("holder", [](auto& request) { request.clear_holder(); });
  refused("ttl", [](auto& request) { request.mutable_ttl()->set_seconds(3601); });
  refused("ttl", [](auto& request) { request.clear_ttl(); });
  refused("wait", [](auto& request) { request.mutable_wait()->set_seconds(3601); });
  EXPECT_EQ(RefusalOf(Renew({})).metadata.at("field"), "token.name");
  v1::RenewRequest none;
  v1::RenewResponse unused;
  EXPECT_EQ(RefusalOf(Call(&v1::Leases::Stub::Renew, none, unused)).metadata.at("field"), "token");
  EXPECT_EQ(RefusalOf(peer_->CallRaw("/replog.v1.Leases/Acquire", "\xff\xff")).reason, "MALFORMED");
  EXPECT_EQ(RefusalOf(peer_->CallRaw("/replog.v1.Leases/Renew", "\xf8\x01\x01")).reason, "UNKNOWN_FIELD");
  EXPECT_EQ(HolderOf("leader"), "") << "nothing was changed";
  v1::LeaseToken token;
  EXPECT_EQ(RefusalOf(AppendUnder(token)).metadata.at("field"), "conditions.lease.name");
  token.set_name("leader");
  EXPECT_EQ(RefusalOf(AppendUnder(token)).metadata.at("field"), "conditions.lease.sequence");
  EXPECT_EQ(peer_->GetLog().committed_end(), 0u);
}

TEST_F(LeaseTest, IsGivenAgainToTheSameInstanceAlone) {
  auto request = MakeAcquire("leader", "node", kLongMs, 0);
  request.set_instance("first life");
  v1::Lease lease;
  v1::Lease again;
  ASSERT_TRUE(Acquire(request, &lease).ok());
  ASSERT_TRUE(Acquire(request, &again).ok());
  EXPECT_EQ(again.token().sequence(), lease.token().sequence());
  request.set_instance("second life");
  EXPECT_EQ(RefusalOf(Acquire(request)).reason, "LEASE_HELD");
}

TEST_F(LeaseTest, HasOneHolderAtATimeHoweverManyAskAtOnce) {
  std::atomic<int> inside = 0;
  const auto contend = [&](int thread) {
    for (int i = 0; i < 20; ++i) {
      const v1::Lease lease = MustAcquire("leader", "node-" + std::to_string(thread), kLongMs, 600'000);
      EXPECT_EQ(inside.fetch_add(1), 0);
      inside.fetch_sub(1);
      EXPECT_TRUE(Release(lease.token()).ok());
    }
  };
  std::vector<std::thread> threads;
  for (int i = 0; i < 6; ++i) threads.emplace_back(contend, i);
  for (auto& thread : threads) thread.join();
}

}  // namespace
}  // namespace replog
