#include "server/core/node_registry.h"

#include <gtest/gtest.h>

#include <future>

#include "server/core/sync_barrier.h"
#include "server/core/sync_target.h"
#include "tests/server/core/core_fixture.h"

namespace replog {
namespace {

using testing::ReasonText;

struct FakeStream final : NodeStream {
  void AskToAcknowledge(Sequence target) override { asked.push_back(target); }
  void EndFrameAt(Sequence checkpoint) override { checkpoints.push_back(checkpoint); }
  void Supersede() override { superseded = true; }
  std::vector<Sequence> checkpoints;
  std::vector<Sequence> asked;
  bool superseded = false;
};

class NodeRegistryTest : public ::testing::Test {
 protected:
  NodeRegistryTest() {
    core_.AddLog(std::string(kSystemLog));
    core_.Start();
    Open();
  }
  ~NodeRegistryTest() override { core_.committer->Stop(); }

  // As a restart of the server does.
  void Open(const NodeRegistry::Options& options = {}) {
    system_ = std::make_unique<SystemLog>(core_.log("_system"), core_.committer->queue(), core_.store);
    nodes_ = *NodeRegistry::Open(options, core_.logs, *system_, core_.clock);
    barriers_ = std::make_shared<SyncBarriers>(*nodes_, timers_, core_.clock);
    nodes_->SetListener(barriers_.get());
  }
  // An open stream of a node, with what it was told.
  struct Connected {
    std::shared_ptr<FakeStream> stream = std::make_shared<FakeStream>();
    std::shared_ptr<NodeSession> session = std::make_shared<NodeSession>();
  };
  absl::StatusOr<NodeRecord> TryConnect(const NodeRegistry::Registration& registration,
                                        Connected& connected) {
    connected.session->stream = connected.stream;
    std::promise<absl::StatusOr<NodeRecord>> answer;
    nodes_->Connect(log(), registration, connected.session, [&](auto node) { answer.set_value(node); });
    return answer.get_future().get();
  }
  Connected Connect(const std::string& node, const std::string& fleet = "",
                    const std::vector<std::string>& channels = {}) {
    Connected connected;
    const auto registered = TryConnect({node, fleet, channels}, connected);
    EXPECT_TRUE(registered.ok()) << registered.status();
    connected.session->sent = log()->tail().committed_end();
    return connected;
  }
  void Disconnect(const std::string& node, const Connected& connected) {
    nodes_->Disconnect(*log(), node, *connected.session);
  }
  absl::StatusOr<NodeRecord> Acknowledge(const std::string& node, Sequence next, bool backwards = false) {
    std::promise<absl::StatusOr<NodeRecord>> answer;
    nodes_->Acknowledge(log(), node, next, backwards, [&](auto moved) { answer.set_value(moved); });
    return answer.get_future().get();
  }
  absl::Status Forget(const std::string& node) {
    std::promise<absl::Status> answer;
    nodes_->Forget(log(), node, [&](const auto& forgotten) { answer.set_value(forgotten.status()); });
    return answer.get_future().get();
  }
  void AppendRecords(int count) {
    for (int i = 0; i < count; ++i) ASSERT_TRUE(core_.Append("x").get().ok());
  }
  std::vector<std::string> Names(const std::string& fleet = "") {
    std::vector<std::string> names;
    for (const auto& node : nodes_->List(*log(), fleet)) names.push_back(node.record.node);
    return names;
  }
  // What was put into the queue before is committed when this returns.
  void Drain() {
    ASSERT_TRUE(core_.committer->Run([] { return absl::OkStatus(); }).ok());
  }
  LogPtr log() { return core_.log(); }

  testing::CoreFixture core_;
  TimerQueue timers_{core_.clock, TimerQueue::Drive::kByHand};
  std::unique_ptr<SystemLog> system_;
  std::shared_ptr<NodeRegistry> nodes_;
  std::shared_ptr<SyncBarriers> barriers_;
};

using Strings = std::vector<std::string>;

TEST_F(NodeRegistryTest, ACursorIsThereAfterARestart) {
  AppendRecords(5);
  ASSERT_EQ(Acknowledge("a", 3)->cursor->next_sequence, 3u);
  ASSERT_EQ(Acknowledge("a", 5)->cursor->next_sequence, 5u);
  Open();
  const auto cursor = nodes_->CursorOf(*log(), "a");
  ASSERT_TRUE(cursor.has_value());
  EXPECT_EQ(*cursor, log()->PositionAt(5));
  EXPECT_EQ(nodes_->CursorOf(*log(), "b"), std::nullopt);
}

TEST_F(NodeRegistryTest, ACursorMovesBackOnlyWhenAskedToByName) {
  AppendRecords(5);
  ASSERT_TRUE(Acknowledge("a", 4).ok());
  const auto refused = Acknowledge("a", 3).status();
  EXPECT_EQ(ReasonText(refused), "CURSOR_BACKWARDS");
  EXPECT_EQ(testing::MetadataValue(refused, "cursor"), "4");
  EXPECT_EQ(nodes_->CursorOf(*log(), "a")->next_sequence, 4u);
  EXPECT_EQ(Acknowledge("a", 3, true)->cursor->next_sequence, 3u);
  Open();
  EXPECT_EQ(nodes_->CursorOf(*log(), "a")->next_sequence, 3u);
}

TEST_F(NodeRegistryTest, AnAcknowledgementPastTheEndIsRefusedAndMakesNoNode) {
  AppendRecords(2);
  const auto refused = Acknowledge("a", 3).status();
  EXPECT_EQ(ReasonText(refused), "PAST_THE_END");
  EXPECT_EQ(testing::MetadataValue(refused, "end_sequence"), "2");
  EXPECT_EQ(Names(), Strings{});
}

TEST_F(NodeRegistryTest, WhatIsAcknowledgedDuringAWriteIsWrittenTogetherBehindIt) {
  AppendRecords(9);
  const Sequence before = core_.log("_system")->tail().committed_end();
  core_.store.HoldCommits(true);
  std::vector<std::future<Sequence>> answers;
  for (Sequence next = 1; next <= 9; ++next) {
    auto answer = std::make_shared<std::promise<Sequence>>();
    answers.push_back(answer->get_future());
    nodes_->Acknowledge(log(), "a", next, false, [answer](const absl::StatusOr<NodeRecord>& node) {
      answer->set_value(node->cursor->next_sequence);
    });
    if (next == 1) core_.store.AwaitHeldCommits(1);
  }
  core_.store.HoldCommits(false);
  EXPECT_EQ(answers[0].get(), 1u);
  for (size_t i = 1; i < answers.size(); ++i) EXPECT_EQ(answers[i].get(), 9u) << i;
  EXPECT_EQ(core_.log("_system")->tail().committed_end(), before + 2);
}

TEST_F(NodeRegistryTest, AFailedWriteIsSaidAndLeavesTheCursor) {
  AppendRecords(3);
  ASSERT_TRUE(Acknowledge("a", 1).ok());
  core_.store.SetCommitFate(testing::FakeStore::CommitFate::kFailed);
  EXPECT_EQ(ReasonText(Acknowledge("a", 2).status()), "STORE_FAILED");
  EXPECT_EQ(nodes_->CursorOf(*log(), "a")->next_sequence, 1u);
  EXPECT_FALSE(Acknowledge("new", 2).ok());
  EXPECT_EQ(Names(), Strings{"a"}) << "what was not written is no node";
}

using CommitFate = testing::FakeStore::CommitFate;

TEST_F(NodeRegistryTest, AfterAFailedForgetTheCursorIsWrittenAgainBeforeItIsSaid) {
  AppendRecords(5);
  ASSERT_TRUE(Acknowledge("a", 4).ok());
  core_.store.SetCommitFate(CommitFate::kFailedThoughWritten);
  EXPECT_EQ(ReasonText(Forget("a")), "STORE_FAILED");
  core_.store.SetCommitFate(CommitFate::kWritten);
  Drain();
  EXPECT_EQ(Acknowledge("a", 4)->cursor->next_sequence, 4u);
  Open();
  const auto cursor = nodes_->CursorOf(*log(), "a");
  ASSERT_TRUE(cursor.has_value()) << "the tombstone was on disk";
  EXPECT_EQ(cursor->next_sequence, 4u);
}

TEST_F(NodeRegistryTest, AfterAFailedMoveTheCursorIsWrittenAgainBeforeItIsSaid) {
  AppendRecords(5);
  ASSERT_TRUE(Acknowledge("a", 4).ok());
  core_.store.SetCommitFate(CommitFate::kFailedThoughWritten);
  EXPECT_EQ(ReasonText(Acknowledge("a", 2, true).status()), "STORE_FAILED");
  core_.store.SetCommitFate(CommitFate::kWritten);
  Drain();
  EXPECT_EQ(Acknowledge("a", 4)->cursor->next_sequence, 4u);
  const Sequence written = core_.log("_system")->tail().committed_end();
  EXPECT_EQ(Acknowledge("a", 4)->cursor->next_sequence, 4u);
  EXPECT_EQ(core_.log("_system")->tail().committed_end(), written) << "once is enough";
  Open();
  EXPECT_EQ(nodes_->CursorOf(*log(), "a")->next_sequence, 4u);
}

TEST_F(NodeRegistryTest, WhoConnectsDuringAForgetThatFailsFindsItsCursor) {
  AppendRecords(5);
  Disconnect("a", Connect("a", "chat"));
  ASSERT_TRUE(Acknowledge("a", 4).ok());
  core_.store.SetCommitFate(CommitFate::kFailed);
  core_.store.HoldCommits(true);
  std::promise<absl::Status> forgotten;
  nodes_->Forget(log(), "a", [&](const auto& node) {
    core_.store.SetCommitFate(CommitFate::kWritten);
    forgotten.set_value(node.status());
  });
  core_.store.AwaitHeldCommits(1);
  Connected during;
  during.session->stream = during.stream;
  std::promise<absl::StatusOr<NodeRecord>> answer;
  nodes_->Connect(log(), {"a", "chat", {}}, during.session, [&](auto node) { answer.set_value(node); });
  core_.store.HoldCommits(false);
  EXPECT_EQ(ReasonText(forgotten.get_future().get()), "STORE_FAILED");
  EXPECT_EQ(ReasonText(answer.get_future().get().status()), "STORE_FAILED") << "it is to ask again";
  Drain();
  Disconnect("a", during);
  Connected again;
  const auto registered = TryConnect({"a", "chat", {}}, again);
  ASSERT_TRUE(registered.ok()) << registered.status();
  ASSERT_TRUE(registered->cursor.has_value());
  EXPECT_EQ(registered->cursor->next_sequence, 4u);
  EXPECT_EQ(Names("chat"), Strings{"a"});
}

TEST_F(NodeRegistryTest, AFirstRegistrationInDoubtCanBeForgotten) {
  AppendRecords(5);
  core_.store.SetCommitFate(CommitFate::kFailedThoughWritten);
  EXPECT_EQ(ReasonText(Acknowledge("a", 2).status()), "STORE_FAILED");
  core_.store.SetCommitFate(CommitFate::kWritten);
  Drain();
  EXPECT_EQ(Names(), Strings{}) << "nobody knows that it is one";
  EXPECT_TRUE(Forget("a").ok());
  EXPECT_EQ(ReasonText(Forget("a")), "NODE_NOT_FOUND");
  Open();
  EXPECT_EQ(Names(), Strings{});
}

TEST_F(NodeRegistryTest, TheNewestStreamOwnsTheName) {
  const auto older = Connect("a");
  const auto newer = Connect("a");
  EXPECT_TRUE(older.stream->superseded);
  EXPECT_FALSE(newer.stream->superseded);
  Disconnect("a", older);
  EXPECT_EQ(nodes_->List(*log(), "")[0].state, NodeStatus::State::kReplaying) << "the newer one is connected";
  newer.session->tailing = true;
  EXPECT_EQ(nodes_->List(*log(), "")[0].state, NodeStatus::State::kTailing);
  Disconnect("a", newer);
  EXPECT_EQ(nodes_->List(*log(), "")[0].state, NodeStatus::State::kGone);
}

TEST_F(NodeRegistryTest, ARegistrationIsThereAfterARestart) {
  Connect("a", "chat", {"room1", "room2*"});
  Connect("b", "gateways");
  Open();
  EXPECT_EQ(Names(), (Strings{"a", "b"}));
  EXPECT_EQ(Names("chat"), Strings{"a"});
  EXPECT_EQ(nodes_->List(*log(), "chat")[0].record.channels, (Strings{"room1", "room2*"}));
}

TEST_F(NodeRegistryTest, AForgottenNodeIsGoneAndItsNameBeginsAnew) {
  AppendRecords(5);
  const auto connected = Connect("a", "chat");
  ASSERT_TRUE(Acknowledge("a", 5).ok());
  EXPECT_EQ(ReasonText(Forget("a")), "NODE_CONNECTED");
  Disconnect("a", connected);
  EXPECT_TRUE(Forget("a").ok());
  EXPECT_EQ(ReasonText(Forget("a")), "NODE_NOT_FOUND");
  Open();
  EXPECT_EQ(Names(), Strings{});
  EXPECT_EQ(Acknowledge("a", 2)->cursor->next_sequence, 2u) << "not backwards";
}

TEST_F(NodeRegistryTest, TheNodesOfADeletedLogAreForgottenAlsoByTheNextStart) {
  AppendRecords(1);
  Connect("a");
  nodes_->ForgetLog(log());
  EXPECT_EQ(Names(), Strings{});
  Drain();
  Open();
  EXPECT_EQ(Names(), Strings{});
  Connect("b");
  core_.logs.Remove(*log());  // killed before its nodes were forgotten
  Open();
  Drain();
  EXPECT_TRUE(system_->Load(std::string(kNodesChannel))->empty());
  core_.AddLog("default");
}

TEST_F(NodeRegistryTest, ADeletedLogGetsNoNodesAnyMore) {
  AppendRecords(1);
  core_.store.HoldCommits(true);
  std::promise<absl::StatusOr<NodeRecord>> first;
  std::promise<absl::StatusOr<NodeRecord>> second;
  nodes_->Acknowledge(log(), "a", 0, false, [&](auto node) { first.set_value(node); });
  core_.store.AwaitHeldCommits(1);
  nodes_->Acknowledge(log(), "a", 1, false, [&](auto node) { second.set_value(node); });
  log()->deleted = true;
  nodes_->ForgetLog(log());
  core_.store.HoldCommits(false);
  EXPECT_TRUE(first.get_future().get().ok());
  EXPECT_EQ(ReasonText(second.get_future().get().status()), "LOG_NOT_FOUND");
  EXPECT_EQ(ReasonText(Acknowledge("a", 1).status()), "LOG_NOT_FOUND");
  Connected late;
  EXPECT_EQ(ReasonText(TryConnect({"b", "", {}}, late).status()), "LOG_NOT_FOUND");
  Drain();
  EXPECT_TRUE(system_->Load(std::string(kNodesChannel))->empty());
}

TEST_F(NodeRegistryTest, ARecordOfALiveLogThatIsNoNodeIsSaidAndKept) {
  std::promise<bool> written;
  system_->Write({std::string(kNodesChannel), KeyOf(log()->uuid(), "a"), "no JSON", {}},
                 [&](const auto& sequence) { written.set_value(sequence.ok()); });
  ASSERT_TRUE(written.get_future().get());
  const auto opened = NodeRegistry::Open({}, core_.logs, *system_, core_.clock);
  EXPECT_EQ(ReasonText(opened.status()), "CORRUPT_CHUNK");
  Drain();
  EXPECT_EQ(system_->Load(std::string(kNodesChannel))->size(), 1u);
}

TEST_F(NodeRegistryTest, NodesAreBounded) {
  Open({.max_nodes = 2});
  Connect("a");
  Connect("b");
  Connected c;
  EXPECT_EQ(ReasonText(TryConnect({"c", "", {}}, c).status()), "TOO_MANY_NODES");
  EXPECT_EQ(ReasonText(Acknowledge("c", 0).status()), "TOO_MANY_NODES");
  Connect("a");
}

// ---------------------------------------------------------------------------------------------- sync
// barriers

class SyncBarriersTest : public NodeRegistryTest {
 protected:
  SyncBarriers::Request To(Sequence target) {
    return {.log = log(), .target = target, .timeout_us = 1'000'000};
  }
  std::future<absl::StatusOr<SyncAnswer>> Await(const SyncBarriers::Request& request) {
    auto promise = std::make_shared<std::promise<absl::StatusOr<SyncAnswer>>>();
    id_ = barriers_->Await(request, [promise](auto answer) { promise->set_value(std::move(answer)); });
    return promise->get_future();
  }
  static bool Ended(const std::future<absl::StatusOr<SyncAnswer>>& answer) {
    return answer.wait_for(std::chrono::seconds(0)) == std::future_status::ready;
  }
  void PassDeadline() {
    core_.clock.monotonic_us += 1'000'000;
    timers_.RunDue();
  }
  SyncBarriers::Id id_ = 0;
};

TEST_F(SyncBarriersTest, EndsWithTheLastNodesAcknowledgement) {
  AppendRecords(3);
  const auto a = Connect("a");
  const auto b = Connect("b");
  auto answer = Await(To(1));
  EXPECT_EQ(a.stream->asked, std::vector<Sequence>{1});
  EXPECT_EQ(b.stream->asked, std::vector<Sequence>{1});
  ASSERT_TRUE(Acknowledge("a", 2).ok());
  ASSERT_TRUE(Acknowledge("b", 1).ok());
  EXPECT_FALSE(Ended(answer)) << "b has not applied record 1 yet";
  ASSERT_TRUE(Acknowledge("b", 3).ok());
  const auto synced = *answer.get();
  EXPECT_EQ(synced.outcome, SyncOutcome::kSynced);
  ASSERT_EQ(synced.nodes.size(), 2u);
  EXPECT_EQ(synced.nodes[0].node, "a");
  EXPECT_EQ(synced.nodes[0].applied, 2u);
  EXPECT_EQ(synced.nodes[0].lag, 1u);
  EXPECT_TRUE(synced.nodes[1].synced);
}

TEST_F(SyncBarriersTest, EndsAtOnceWhenAllHaveItAlready) {
  AppendRecords(1);
  ASSERT_TRUE(Acknowledge("a", 1).ok());
  auto answer = Await(To(0));
  EXPECT_EQ(answer.get()->outcome, SyncOutcome::kSynced);
}

TEST_F(SyncBarriersTest, TheOutcomesAtTheDeadline) {
  AppendRecords(1);
  for (const char* node : {"a", "b"}) ASSERT_TRUE(Acknowledge(node, 1).ok());
  ASSERT_TRUE(Acknowledge("gone", 0).ok());
  auto partial = Await(To(0));
  EXPECT_FALSE(Ended(partial)) << "a node that is gone may come back in time";
  PassDeadline();
  EXPECT_EQ(partial.get()->outcome, SyncOutcome::kPartiallySynced);

  ASSERT_TRUE(Acknowledge("gone2", 0).ok());
  auto half = Await(To(0));
  PassDeadline();
  EXPECT_EQ(half.get()->outcome, SyncOutcome::kNotSynced) << "half is not more than half";

  Connect("behind");
  auto timeout = Await(To(0));
  PassDeadline();
  EXPECT_EQ(timeout.get()->outcome, SyncOutcome::kTimeout);
  EXPECT_EQ(barriers_->waiting(), 0u);
  for (const auto outcome : {SyncOutcome::kPartiallySynced, SyncOutcome::kNotSynced, SyncOutcome::kTimeout})
    EXPECT_EQ(barriers_->counters().ended_us[static_cast<size_t>(outcome)].Read().sum, 1'000'000u);
}

TEST_F(SyncBarriersTest, AMissingNodeThatIsNamedCountsAsNo) {
  AppendRecords(1);
  ASSERT_TRUE(Acknowledge("a", 1).ok());
  auto request = To(0);
  request.nodes = {"a", "nobody"};
  auto answer = Await(request);
  PassDeadline();
  const auto judged = *answer.get();
  EXPECT_EQ(judged.outcome, SyncOutcome::kNotSynced);
  EXPECT_FALSE(judged.nodes[1].connected);
  EXPECT_EQ(judged.nodes[1].applied, std::nullopt);
}

TEST_F(SyncBarriersTest, AsksTheFleetWithoutTheOriginAndWithoutThoseWhoFilterTheChannelOut) {
  AppendRecords(1);
  const auto origin = Connect("origin", "gateways");
  const auto wanted = Connect("wanted", "gateways", {"c"});
  const auto other_channel = Connect("other", "gateways", {"d*"});
  const auto other_fleet = Connect("chat", "chat");
  auto request = To(0);
  request.fleet = "gateways";
  request.origin = "origin";
  request.channel = "c";
  auto answer = Await(request);
  EXPECT_TRUE(origin.stream->asked.empty());
  EXPECT_TRUE(other_channel.stream->asked.empty());
  EXPECT_TRUE(other_fleet.stream->asked.empty());
  ASSERT_TRUE(Acknowledge("wanted", 1).ok());
  EXPECT_EQ(answer.get()->outcome, SyncOutcome::kSynced);
}

TEST_F(SyncBarriersTest, NobodyToAskIsNeverSynced) {
  AppendRecords(1);
  EXPECT_EQ(ReasonText(Await(To(0)).get().status()), "NO_EXPECTED_NODES");
  Connect("origin");
  auto request = To(0);
  request.origin = "origin";
  EXPECT_EQ(ReasonText(Await(request).get().status()), "NO_EXPECTED_NODES");
}

TEST_F(SyncBarriersTest, ANodeThatConnectsMeanwhileIsAsked) {
  AppendRecords(1);
  ASSERT_TRUE(Acknowledge("a", 0).ok());
  auto answer = Await(To(0));
  const auto back = Connect("a");
  EXPECT_EQ(back.stream->asked, std::vector<Sequence>{0});
  ASSERT_TRUE(Acknowledge("a", 1).ok());
  EXPECT_EQ(answer.get()->outcome, SyncOutcome::kSynced);
}

TEST_F(SyncBarriersTest, EndsWhenItIsCancelledClosedOrItsLogDeleted) {
  AppendRecords(1);
  Connect("a");
  auto cancelled = Await(To(0));
  barriers_->Cancel(id_);
  EXPECT_EQ(ReasonText(cancelled.get().status()), "CANCELLED");
  auto deleted = Await(To(0));
  barriers_->OnLogDeleted(*log());
  EXPECT_EQ(ReasonText(deleted.get().status()), "LOG_NOT_FOUND");
  auto closed = Await(To(0));
  barriers_->Close();
  EXPECT_EQ(ReasonText(closed.get().status()), "SHUTTING_DOWN");
  EXPECT_EQ(ReasonText(Await(To(0)).get().status()), "SHUTTING_DOWN");
  EXPECT_EQ(barriers_->counters().broken_off.value(), 3u);
}

TEST_F(SyncBarriersTest, ANodeThatBeginsAnewIsBehindUntilItSaysThatItIsNot) {
  AppendRecords(3);
  auto a = Connect("a");
  ASSERT_TRUE(Acknowledge("a", 3).ok());
  Disconnect("a", a);
  a = Connect("a");
  a.session->sent = 0;
  nodes_->BeginAt(*log(), "a", *a.session, 0);
  auto answer = Await(To(1));
  EXPECT_FALSE(Ended(answer)) << "it has nothing yet";
  EXPECT_EQ(a.stream->asked, std::vector<Sequence>{1});
  a.session->sent = 2;
  EXPECT_EQ(ReasonText(Acknowledge("a", 1).status()), "CURSOR_BACKWARDS");
  ASSERT_TRUE(Acknowledge("a", 3).ok());
  EXPECT_FALSE(Ended(answer)) << "only the process before it can have been sent so much";
  EXPECT_EQ(ReasonText(Acknowledge("a", 2).status()), "CURSOR_BACKWARDS");
  const auto synced = *answer.get();
  EXPECT_EQ(synced.outcome, SyncOutcome::kSynced);
  EXPECT_EQ(synced.nodes[0].applied, 2u);
  EXPECT_EQ(nodes_->CursorOf(*log(), "a")->next_sequence, 3u);
}

TEST_F(SyncBarriersTest, ANodeThatGetsTheTableIsBehindUntilItIsComplete) {
  AppendRecords(3);
  ASSERT_TRUE(Acknowledge("a", 3).ok());
  const auto a = Connect("a");
  a.session->sent = 0;
  auto answer = Await(To(1));
  ASSERT_TRUE(Acknowledge("a", 3).ok()) << "of the process before it";
  EXPECT_FALSE(Ended(answer));
  a.session->sent = 3;
  ASSERT_TRUE(Acknowledge("a", 3).ok());
  EXPECT_EQ(answer.get()->outcome, SyncOutcome::kSynced);
}

TEST_F(SyncBarriersTest, AStreamThatGoesOnFromTheCursorHasWhatIsBeforeIt) {
  AppendRecords(3);
  ASSERT_TRUE(Acknowledge("a", 2).ok());
  const auto a = Connect("a");
  a.session->sent = 0;
  auto answer = Await(To(1));
  EXPECT_FALSE(Ended(answer)) << "where it begins is not known yet";
  nodes_->BeginAt(*log(), "a", *a.session, 3);
  const auto synced = *answer.get();
  EXPECT_EQ(synced.outcome, SyncOutcome::kSynced);
  EXPECT_EQ(synced.nodes[0].applied, 2u) << "record 2 it was sent; that it has applied it, it did not say";
}

TEST_F(SyncBarriersTest, WhoMovedBackMeanwhileIsBehindAgain) {
  AppendRecords(3);
  const auto a = Connect("a");
  Connect("b");
  auto answer = Await(To(1));
  ASSERT_TRUE(Acknowledge("a", 3).ok());
  ASSERT_TRUE(Acknowledge("a", 0, true).ok());
  ASSERT_TRUE(Acknowledge("b", 3).ok());
  EXPECT_FALSE(Ended(answer));
  EXPECT_EQ(a.stream->asked, (std::vector<Sequence>{1, 1}));
  ASSERT_TRUE(Acknowledge("a", 2).ok());
  EXPECT_EQ(answer.get()->outcome, SyncOutcome::kSynced);
}

TEST_F(SyncBarriersTest, WhoConnectsAnewMeanwhileIsBehindAgain) {
  AppendRecords(3);
  Connect("a");
  Connect("b");
  auto answer = Await(To(1));
  ASSERT_TRUE(Acknowledge("a", 3).ok());
  const auto anew = Connect("a");
  ASSERT_TRUE(Acknowledge("b", 3).ok());
  EXPECT_FALSE(Ended(answer));
  EXPECT_EQ(anew.stream->asked, std::vector<Sequence>{1});
  ASSERT_TRUE(Acknowledge("a", 3).ok());
  EXPECT_EQ(answer.get()->outcome, SyncOutcome::kSynced);
}

TEST_F(SyncBarriersTest, AreBounded) {
  AppendRecords(1);
  Connect("a");
  barriers_ = std::make_shared<SyncBarriers>(*nodes_, timers_, core_.clock, 1);
  nodes_->SetListener(barriers_.get());
  auto first = Await(To(0));
  EXPECT_EQ(ReasonText(Await(To(0)).get().status()), "BUSY");
  PassDeadline();
  EXPECT_TRUE(Ended(first));
}

// ---- what a barrier is to wait for

TEST_F(NodeRegistryTest, AKeyThatIsJustRewrittenIsWaitedForByItsNewestRecord) {
  const auto put = [this] {
    return core_.Submit(log(), testing::MakeRequest({testing::NewRecord(testing::Keyed{.key = "k"})}))
        .get()
        .status();
  };
  const auto target = [this] { return FindSyncTarget(SyncKey{"c", "k"}, *log(), core_.store); };
  EXPECT_EQ(ReasonText(target().status()), "KEY_NOT_FOUND");
  ASSERT_TRUE(put().ok());
  EXPECT_EQ(target()->sequence, 0u);
  // Written, and whether it stays is not known: neither is there no such key, nor is its older record the
  // newest.
  core_.store.SetRecoverFails(true);
  core_.store.SetCommitFate(testing::FakeStore::CommitFate::kFailedThoughWritten);
  ASSERT_FALSE(put().ok());
  EXPECT_EQ(ReasonText(target().status()), "STORE_RECOVERING");
}

}  // namespace
}  // namespace replog
