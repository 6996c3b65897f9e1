#include "server/core/lease_keeper.h"

#include <gtest/gtest.h>

#include <future>
#include <random>

#include "tests/server/core/core_fixture.h"

namespace replog {
namespace {

using testing::FakeStore;
using testing::ReasonText;

constexpr int64_t kSecond = 1'000'000;
constexpr int64_t kTtl = 10 * kSecond;

// A keeper over a committer, a fake store and a clock that the test moves.
class LeaseKeeperTest : public ::testing::Test {
 protected:
  using Answer = std::future<LeaseTable::Answer>;

  LeaseKeeperTest() {
    core_.AddLog(std::string(kSystemLog));
    core_.options.recovery_pause_us = 1000;
    core_.Start();
    system_log_ = std::make_unique<SystemLog>(core_.log("_system"), core_.committer->queue(), core_.store);
    Open();
  }
  ~LeaseKeeperTest() override { Close(); }

  void Open() {
    auto keeper = LeaseKeeper::Open({}, *system_log_, core_.clock, timers_, blocking_);
    ASSERT_TRUE(keeper.ok()) << keeper.status();
    keeper_ = *std::move(keeper);
    core_.committer->OnRecovered([keeper = keeper_] { keeper->OnRecovered(); });
  }
  void Close() {
    if (keeper_ != nullptr) keeper_->Stop();
    core_.committer->OnRecovered(nullptr);
    keeper_ = nullptr;
  }

  // A way to make a Done and wait for it.
  template <typename Call>
  static Answer Future(const Call& call) {
    auto promise = std::make_shared<std::promise<LeaseTable::Answer>>();
    auto future = promise->get_future();
    call([promise](LeaseTable::Answer answer) { promise->set_value(std::move(answer)); });
    return future;
  }
  Answer Acquire(const std::string& holder, int64_t wait_us = 0) {
    return Future([&](auto done) {
      last_ = keeper_->Acquire("a", {holder, "", kTtl}, wait_us, std::move(done));
    });
  }
  Answer Renew(Sequence sequence) {
    return Future([&](auto done) { keeper_->Renew({"a", {0, sequence}}, std::move(done)); });
  }
  Answer Release(Sequence sequence) {
    return Future([&](auto done) { keeper_->Release({"a", {0, sequence}}, std::move(done)); });
  }
  Answer Get() {
    return Future([&](auto done) { keeper_->Get("a", std::move(done)); });
  }
  static std::string Said(Answer answer) {
    const auto said = answer.get();
    if (!said.ok()) return ReasonText(said.status());
    if (!said->has_value()) return "free";
    return (*said)->terms.holder + " " + std::to_string((*said)->token.sequence);
  }
  void After(int64_t us) {
    core_.clock.monotonic_us += us;
    timers_.RunDue();
  }
  // What the system log's records of the lease say, in order; "free" for a tombstone.
  std::vector<std::string> Records() {
    std::vector<std::string> texts;
    for (const auto& record : core_.Stored(core_.log("_system"))) {
      texts.push_back(record.text.empty() ? "free" : record.text);
    }
    return texts;
  }

  testing::CoreFixture core_;
  std::unique_ptr<SystemLog> system_log_;
  TimerQueue timers_{core_.clock, TimerQueue::Drive::kByHand};
  ThreadPool blocking_{1};
  std::shared_ptr<LeaseKeeper> keeper_;
  LeaseKeeper::RequestId last_ = 0;
};

TEST_F(LeaseKeeperTest, AGrantAndItsEndAreRecordsOfTheSystemLog) {
  EXPECT_EQ(Said(Acquire("h")), "h 0");
  EXPECT_EQ(Said(Release(0)), "free");
  EXPECT_EQ(Said(Acquire("i")), "i 2");
  EXPECT_EQ(Records(), (std::vector<std::string>{R"({"holder":"h","ttl":"10s"})", "free",
                                                 R"({"holder":"i","ttl":"10s"})"}));
}

TEST_F(LeaseKeeperTest, TheTimerEndsATermAndGivesTheLeaseToWhoWaits) {
  EXPECT_EQ(Said(Acquire("h")), "h 0");
  auto waiting = Acquire("i", 2 * kTtl);
  After(kTtl / 2);
  EXPECT_EQ(Said(Renew(0)), "h 0");
  After(kTtl - 1);
  EXPECT_EQ(Said(Get()), "h 0") << "the renewal holds";
  After(1);
  EXPECT_EQ(Said(std::move(waiting)), "i 1");
}

TEST_F(LeaseKeeperTest, TheTimerFreesALeaseThatNobodyWants) {
  EXPECT_EQ(Said(Acquire("h")), "h 0");
  After(kTtl);
  EXPECT_EQ(Said(Get()), "free");
  EXPECT_EQ(Records().back(), "free");
}

TEST_F(LeaseKeeperTest, WhoWaitsForTooLongIsRefusedByTheTimer) {
  EXPECT_EQ(Said(Acquire("h")), "h 0");
  auto waiting = Acquire("i", kSecond);
  After(kSecond);
  EXPECT_EQ(Said(std::move(waiting)), "LEASE_HELD");
}

TEST_F(LeaseKeeperTest, ACancelledCallLeavesTheQueue) {
  EXPECT_EQ(Said(Acquire("h")), "h 0");
  auto waiting = Acquire("i", kTtl);
  keeper_->Cancel(last_);
  EXPECT_EQ(Said(std::move(waiting)), "CANCELLED");
  EXPECT_EQ(Said(Release(0)), "free");
  EXPECT_EQ(Said(Get()), "free");
}

TEST_F(LeaseKeeperTest, ARestartGivesAFullTermToWhoHeldIt) {
  EXPECT_EQ(Said(Acquire("h")), "h 0");
  After(kTtl - 1);
  Close();
  After(5 * kTtl);
  Open();
  const auto leases = keeper_->List("", 10);
  ASSERT_EQ(leases.size(), 1u);
  EXPECT_EQ(leases[0].remaining_us, kTtl);
  EXPECT_EQ(Said(Renew(0)), "h 0");
}

TEST_F(LeaseKeeperTest, ALeaseThatCannotBeReadIsNotPassedOver) {
  std::promise<void> written;
  system_log_->Write({"leases", "a", "{}", {}}, [&](const auto&) { written.set_value(); });
  written.get_future().get();
  Close();
  const auto keeper = LeaseKeeper::Open({}, *system_log_, core_.clock, timers_, blocking_);
  EXPECT_EQ(ReasonText(keeper.status()), "CORRUPT_CHUNK");
}

TEST_F(LeaseKeeperTest, AGrantThatWasWrittenThoughItFailedIsFoundAfterTheRecovery) {
  core_.store.SetCommitFate(FakeStore::CommitFate::kFailedThoughWritten);
  EXPECT_EQ(Said(Acquire("h")), "STORE_FAILED");
  core_.store.SetCommitFate(FakeStore::CommitFate::kWritten);
  // Until the log was read again nobody is told anything; then the holder is who it is.
  std::string said;
  while ((said = Said(Acquire("i"))) == "STORE_RECOVERING") std::this_thread::yield();
  EXPECT_EQ(said, "LEASE_HELD");
  EXPECT_EQ(Said(Acquire("h")), "h 0");
}

TEST_F(LeaseKeeperTest, AGrantThatWasLostIsForgottenAfterTheRecovery) {
  core_.store.SetCommitFate(FakeStore::CommitFate::kFailed);
  EXPECT_EQ(Said(Acquire("h")), "STORE_FAILED");
  core_.store.SetCommitFate(FakeStore::CommitFate::kWritten);
  std::string said;
  while ((said = Said(Acquire("i"))) == "STORE_RECOVERING") std::this_thread::yield();
  EXPECT_EQ(said, "i 0");
}

TEST_F(LeaseKeeperTest, AReadingThatFailsIsTriedAgain) {
  std::atomic<bool> broken = true;
  core_.store.OnTableRead([&](std::string_view key) {
    return broken && key.empty() ? absl::InternalError("on fire") : absl::OkStatus();
  });
  core_.store.SetCommitFate(FakeStore::CommitFate::kFailed);
  EXPECT_EQ(Said(Acquire("h")), "STORE_FAILED");
  core_.store.SetCommitFate(FakeStore::CommitFate::kWritten);
  core_.store.AwaitRecoveryTries(1);
  EXPECT_EQ(Said(Get()), "STORE_RECOVERING");
  broken = false;
  std::string said;
  while ((said = Said(Get())) == "STORE_RECOVERING") After(kSecond);
  EXPECT_EQ(said, "free");
}

TEST_F(LeaseKeeperTest, WhoWaitsWhenTheServerStopsIsToldSo) {
  EXPECT_EQ(Said(Acquire("h")), "h 0");
  auto waiting = Acquire("i", kTtl);
  keeper_->Stop();
  EXPECT_EQ(Said(std::move(waiting)), "SHUTTING_DOWN");
  EXPECT_EQ(Said(Acquire("j")), "SHUTTING_DOWN");
}

TEST_F(LeaseKeeperTest, OneHolderAtATimeWhoeverAsksFromWhereverAtOnce) {
  std::atomic<int> inside = 0;
  std::atomic<int> held = 0;
  const auto contend = [&](int thread) {
    std::mt19937_64 random(static_cast<uint64_t>(thread));
    for (int i = 0; i < 100; ++i) {
      LeaseKeeper::RequestId id = 0;
      auto answer = Future([&](auto done) {
        id = keeper_->Acquire("a", {std::to_string(thread), std::to_string(i), kTtl}, 3600 * kSecond,
                              std::move(done));
      });
      const bool leaves = random() % 3 == 0;
      if (leaves) keeper_->Cancel(id);
      const auto lease = answer.get();
      if (leaves) continue;  // whatever the answer was, it is nobody's
      EXPECT_EQ(inside.fetch_add(1), 0) << "two holders";
      ++held;
      inside.fetch_sub(1);
      EXPECT_EQ(Said(Release((*lease)->token.sequence)), "free");
    }
  };
  std::vector<std::thread> threads;
  for (int i = 0; i < 4; ++i) threads.emplace_back(contend, i);
  for (auto& thread : threads) thread.join();
  EXPECT_GT(held, 0);
  // The last to leave may have been granted it after all.
  while (Said(Get()) != "free") std::this_thread::yield();
}

}  // namespace
}  // namespace replog
