#include "server/core/committer.h"

#include <gtest/gtest.h>

#include "tests/server/core/core_fixture.h"

namespace replog {
namespace {

using testing::CoreFixture;
using testing::FakeStore;
using testing::MetadataValue;
using testing::ReasonText;
using testing::Seen;

class CommitterTest : public ::testing::Test, public CoreFixture {
 protected:
  // Holds the committer at a commit, so that what is put meanwhile becomes one group.
  void HoldAtACommit() {
    store.HoldCommits(true);
    first_ = Append("first");
    store.AwaitHeldCommits(1);
  }
  void LetGo() { store.HoldCommits(false); }
  Outcome first_;
};

TEST_F(CommitterTest, GivesContiguousSequencesAndThePositionAfterThem) {
  Start();
  const auto one = Append(log(), {"a", "b", "c"}).get();
  ASSERT_TRUE(one.ok()) << one.status();
  EXPECT_EQ(one->first, 0u);
  EXPECT_EQ(one->count, 3u);
  EXPECT_EQ(one->position.next_sequence, 3u);
  EXPECT_EQ(one->position.epoch, 1u);
  EXPECT_EQ(one->position.log_uuid, log()->uuid());
  EXPECT_EQ(one->time_us, clock.wall_us);
  EXPECT_EQ(Append("d").get()->first, 3u);
}

TEST_F(CommitterTest, CommitsWhatAllLogsHaveReadyAsOneGroupInTheOrderOfEachLog) {
  const LogPtr other = AddLog("other");
  Start();
  HoldAtACommit();
  std::vector<Outcome> outcomes;
  for (int i = 0; i < 10; ++i) outcomes.push_back(Append(i % 2 == 0 ? log() : other, {std::to_string(i)}));
  LetGo();
  std::vector<Sequence> firsts;
  for (Outcome& outcome : outcomes) firsts.push_back(outcome.get()->first);
  EXPECT_EQ(firsts, (std::vector<Sequence>{1, 0, 2, 1, 3, 2, 4, 3, 5, 4}));
  EXPECT_EQ(store.commits(), 2);
  EXPECT_EQ(store.commit_sizes().back(), 2u);
  const auto stored = Stored(other);
  ASSERT_EQ(stored.size(), 5u);
  for (size_t i = 0; i < stored.size(); ++i) {
    EXPECT_EQ(stored[i].sequence, i);
    EXPECT_EQ(stored[i].text, std::to_string(2 * i + 1));
  }
}

TEST_F(CommitterTest, SyncsAGroupWhenAnyOfItsLogsAsksForIt) {
  LogSettings os;
  os.durability = Durability::kOs;
  const LogPtr relaxed = AddLog("relaxed", os);
  Start();
  const auto answer = Append(relaxed, {"a"}).get();
  EXPECT_EQ(answer->durability, Durability::kOs);
  HoldAtACommit();
  auto in_os_log = Append(relaxed, {"b"});
  auto in_sync_log = Append("c");
  LetGo();
  EXPECT_EQ(in_os_log.get()->durability, Durability::kOs);
  EXPECT_EQ(in_sync_log.get()->durability, Durability::kSync);
  EXPECT_EQ(store.durabilities(),
            (std::vector<Durability>{Durability::kOs, Durability::kSync, Durability::kSync}));
}

TEST_F(CommitterTest, NeverLetsTimeGoBackWithinALog) {
  Start();
  const int64_t before = clock.wall_us;
  EXPECT_EQ(Append("a").get()->time_us, before);
  clock.wall_us = before - 1'000'000;
  EXPECT_EQ(Append("b").get()->time_us, before);
  clock.wall_us = before + 1;
  EXPECT_EQ(Append("c").get()->time_us, before + 1);
  const auto stored = Stored(log());
  EXPECT_EQ(stored[1].time_us, before);
  EXPECT_EQ(stored[2].time_us, before + 1);
}

TEST_F(CommitterTest, ShowsARecordInTheTailBeforeItIsAnsweredAndNotBeforeItIsDurable) {
  Start();
  HoldAtACommit();
  EXPECT_EQ(log()->tail().committed_end(), 0u);
  LetGo();
  ASSERT_TRUE(first_.get().ok());
  EXPECT_EQ(log()->tail().committed_end(), 1u);
  EXPECT_EQ(log()->tail().Read(0, 1, nullptr).kind, TailAnswer::Kind::kBatch);
}

struct OrderWaiter final : TailWaiter {
  explicit OrderWaiter(std::function<void()> call) : call(std::move(call)) {}
  void OnTail() override { call(); }
  std::function<void()> call;
};

TEST_F(CommitterTest, WakesAReaderBeforeItAnswers) {
  Start();
  store.HoldCommits(true);
  std::vector<std::string> events;  // both are called on the committer's thread
  const auto waiter = std::make_shared<OrderWaiter>([&] { events.emplace_back("woken"); });
  ASSERT_EQ(log()->tail().Read(0, 1, waiter).kind, TailAnswer::Kind::kWait);
  std::promise<void> done;
  PendingAppend append{log(), testing::MakeRequest({testing::NewRecord("c", "t")}),
                       [&](absl::StatusOr<Appended>) {
                         events.emplace_back("answered");
                         done.set_value();
                       }};
  committer->queue().TryPut(append, nullptr);
  LetGo();
  done.get_future().get();
  EXPECT_EQ(events, (std::vector<std::string>{"woken", "answered"}));
}

TEST_F(CommitterTest, WakesEachOfManyReadersOnce) {
  Start();
  constexpr int kReaders = 1000;
  std::atomic<int> left{kReaders};
  std::promise<void> all;
  for (int i = 0; i < kReaders; ++i) {
    log()->tail().Read(0, 1, std::make_shared<OrderWaiter>([&] {
                         if (--left == 0) all.set_value();
                       }));
  }
  ASSERT_TRUE(Append("a").get().ok());
  all.get_future().get();
  EXPECT_EQ(left, 0);
}

TEST_F(CommitterTest, AnswersTheWholeGroupWithAnUnknownFateWhenTheStoreFails) {
  options.recovery_pause_us = 1000;
  Start();
  ASSERT_TRUE(Append("kept").get().ok());
  HoldAtACommit();
  store.SetCommitFate(FakeStore::CommitFate::kFailed);
  store.SetRecoverFails(true);
  LetGo();
  const auto failed = first_.get();
  EXPECT_EQ(ReasonText(failed.status()), "STORE_FAILED");
  EXPECT_EQ(log()->tail().committed_end(), 1u) << "nothing of it was shown";
}

TEST_F(CommitterTest, RefusesForCertainWhileTheStoreIsBeingRecoveredAndTriesAgainAndAgain) {
  options.recovery_pause_us = 1000;
  Start();
  store.SetCommitFate(FakeStore::CommitFate::kFailed);
  store.SetRecoverFails(true);
  EXPECT_EQ(ReasonText(Append("lost").get().status()), "STORE_FAILED");
  EXPECT_EQ(ReasonText(Append("refused").get().status()), "STORE_RECOVERING");
  EXPECT_EQ(ReasonText(committer->Run([] { return absl::OkStatus(); })), "STORE_RECOVERING");
  EXPECT_TRUE(committer->recovering());
  EXPECT_EQ(store.commits(), 1) << "nothing was written after the failure";
  store.SetCommitFate(FakeStore::CommitFate::kWritten);
  store.SetRecoverFails(false);
  store.AwaitRecoveryTries(1);
  absl::StatusOr<Appended> appended = absl::UnknownError("");
  do {  // it is refused until a try succeeded
    clock.monotonic_us += 1000;
    appended = Append("after").get();
  } while (ReasonText(appended.status()) == "STORE_RECOVERING");
  ASSERT_TRUE(appended.ok()) << appended.status();
  EXPECT_EQ(appended->first, 0u);
  EXPECT_EQ(appended->position.epoch, 2u) << "a new epoch, so that nothing lost can be confused with it";
  EXPECT_FALSE(committer->recovering());
}

TEST_F(CommitterTest, ShowsAfterARecoveryWhatWasWrittenThoughItFailed) {
  Start();
  const auto waiter = std::make_shared<OrderWaiter>([] {});
  store.SetCommitFate(FakeStore::CommitFate::kFailedThoughWritten);
  EXPECT_EQ(ReasonText(Append(log(), {"a", "b"}).get().status()), "STORE_FAILED");
  store.SetCommitFate(FakeStore::CommitFate::kWritten);
  const auto after = Append("c").get();
  ASSERT_TRUE(after.ok()) << after.status();
  EXPECT_EQ(after->first, 2u);
  EXPECT_EQ(after->position.epoch, 2u);
  EXPECT_EQ(log()->PositionAt(2).epoch, 1u);
  EXPECT_EQ(log()->tail().Read(0, 1, waiter).kind, TailAnswer::Kind::kBehind)
      << "readers get it from the store";
  EXPECT_EQ(log()->tail().committed_end(), 3u);
}

TEST_F(CommitterTest, StopsAppendsAtTheReserveAndGoesOnByItself) {
  options.reserve_bytes = 1000;
  Start();
  store.SetFreeBytes(999);
  const auto refused = Append("a").get();
  EXPECT_EQ(ReasonText(refused.status()), "DISK_FULL");
  EXPECT_EQ(MetadataValue(refused.status(), "reserve_bytes"), "1000");
  EXPECT_TRUE(committer->disk_full());
  EXPECT_EQ(store.commits(), 0);
  store.SetFreeBytes(1000);
  EXPECT_TRUE(Append("b").get().ok());
  EXPECT_FALSE(committer->disk_full());
}

TEST_F(CommitterTest, RunsChangesBetweenGroupsAndGivesBackTheirStatus) {
  Start();
  EXPECT_TRUE(committer->Run([] { return absl::OkStatus(); }).ok());
  EXPECT_EQ(ReasonText(committer->Run([] { return MakeError(Reason::kLogExists, "x"); })), "LOG_EXISTS");
}

TEST_F(CommitterTest, CommitsAndAnswersWhatIsQueuedWhenItStops) {
  Start();
  HoldAtACommit();
  auto queued = Append("queued");
  std::thread stopper([&] { committer->Stop(); });
  LetGo();
  stopper.join();
  EXPECT_TRUE(first_.get().ok());
  EXPECT_TRUE(queued.get().ok());
  EXPECT_EQ(Stored(log()).size(), 2u);
  EXPECT_EQ(ReasonText(committer->Run([] { return absl::OkStatus(); })), "SHUTTING_DOWN");
}

}  // namespace
}  // namespace replog
