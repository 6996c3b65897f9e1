#include "server/core/audit.h"

#include <gtest/gtest.h>

#include <future>

#include "proto/wire/fields.h"
#include "tests/server/core/core_fixture.h"

namespace replog {
namespace {

using testing::ReasonText;
namespace rf = wire::record_field;

struct FakeStream final : NodeStream {
  void AskToAcknowledge(Sequence) override {}
  void EndFrameAt(Sequence checkpoint) override { checkpoints.push_back(checkpoint); }
  void Supersede() override {}
  std::vector<Sequence> checkpoints;
};

class AuditTest : public ::testing::Test {
 protected:
  AuditTest() {
    core_.AddLog(std::string(kSystemLog));
    core_.Start();
    system_ = std::make_unique<SystemLog>(core_.log("_system"), core_.committer->queue(), core_.store);
    nodes_ = *NodeRegistry::Open({}, core_.logs, *system_, core_.clock);
    audits_ = std::make_shared<Audits>(*nodes_, core_.store, *core_.committer, timers_, core_.clock);
  }
  ~AuditTest() override { core_.committer->Stop(); }

  std::shared_ptr<FakeStream> Connect(const std::string& node,
                                      const std::vector<std::string>& channels = {}) {
    auto stream = std::make_shared<FakeStream>();
    auto session = std::make_shared<NodeSession>();
    session->stream = stream;
    std::promise<void> registered;
    nodes_->Connect(log(), {node, "", channels}, session, [&](const auto&) { registered.set_value(); });
    registered.get_future().get();
    return stream;
  }
  void Put(const std::string& channel, const std::string& key, const std::string& text) {
    std::string record;
    wire::AppendBytesField(record, rf::kChannel, channel);
    wire::AppendBytesField(record, rf::kKey, key);
    wire::AppendBytesField(record, rf::kText, text);
    std::promise<bool> done;
    PendingAppend append{log(), testing::MakeRequest({record}),
                         [&](const absl::StatusOr<Appended>& outcome) { done.set_value(outcome.ok()); }};
    ASSERT_EQ(core_.committer->queue().TryPut(append, nullptr), AppendQueue::Offer::kTaken);
    ASSERT_TRUE(done.get_future().get());
  }
  ChannelDigests Digests() {
    return *DigestChannels(
        [&](const TableScan& scan) { return core_.store.ReadTable(log()->number(), scan); });
  }
  std::future<absl::StatusOr<AuditReport>> Run(const std::vector<std::string>& nodes = {}) {
    auto promise = std::make_shared<std::promise<absl::StatusOr<AuditReport>>>();
    audits_->Run({log(), nodes, "", 1'000'000},
                 [promise](auto report) { promise->set_value(std::move(report)); });
    return promise->get_future();
  }
  void PassDeadline() {
    core_.clock.monotonic_us += 1'000'000;
    timers_.RunDue();
  }
  LogPtr log() { return core_.log(); }

  testing::CoreFixture core_;
  TimerQueue timers_{core_.clock, TimerQueue::Drive::kByHand};
  std::unique_ptr<SystemLog> system_;
  std::shared_ptr<NodeRegistry> nodes_;
  std::shared_ptr<Audits> audits_;
};

using Outcome = NodeAudit::Outcome;

TEST_F(AuditTest, ComparesAtTheCheckpointWhateverIsWrittenAfterIt) {
  Put("c", "a", "1");
  Put("c", "b", "2");
  Put("d", "x", "3");
  const auto same = Connect("same");
  const auto drifted = Connect("drifted");
  const auto then = Digests();
  auto report = Run();
  ASSERT_EQ(same->checkpoints, std::vector<Sequence>{3});
  ASSERT_EQ(drifted->checkpoints, std::vector<Sequence>{3});
  Put("c", "a", "later");
  auto wrong = then;
  wrong["c"] = Digests()["c"];
  audits_->OnDigests(*log(), "same", 3, then);
  audits_->OnDigests(*log(), "drifted", 3, wrong);
  const auto found = *report.get();
  EXPECT_EQ(found.checkpoint, 3u);
  EXPECT_EQ(found.digests, then);
  ASSERT_EQ(found.nodes.size(), 2u);
  EXPECT_EQ(found.nodes[0].node, "drifted");
  EXPECT_EQ(found.nodes[0].outcome, Outcome::kDiverged);
  EXPECT_EQ(found.nodes[0].diverged, std::vector<std::string>{"c"});
  EXPECT_EQ(found.nodes[1].outcome, Outcome::kSame);
}

TEST_F(AuditTest, ANodeAnswersForTheChannelsThatItGets) {
  Put("c", "a", "1");
  Put("d", "x", "3");
  const auto filtered = Connect("filtered", {"d"});
  auto report = Run();
  audits_->OnDigests(*log(), "filtered", 2, {{"d", Digests()["d"]}});
  EXPECT_EQ(report.get()->nodes[0].outcome, Outcome::kSame);
}

TEST_F(AuditTest, AChannelThatOnlyOneHasIsDiverged) {
  Put("c", "a", "1");
  const auto node = Connect("node");
  auto missing = Run();
  audits_->OnDigests(*log(), "node", 1, {});
  EXPECT_EQ(missing.get()->nodes[0].diverged, std::vector<std::string>{"c"});
  auto more = Run();
  auto digests = Digests();
  digests["ghost"] = digests["c"];
  audits_->OnDigests(*log(), "node", 1, digests);
  EXPECT_EQ(more.get()->nodes[0].diverged, std::vector<std::string>{"ghost"});
}

TEST_F(AuditTest, WhoIsGoneIsNotWaitedForAndWhoIsSilentOnlyToTheDeadline) {
  Put("c", "a", "1");
  const auto silent = Connect("silent");
  auto report = Run({"nobody", "silent"});
  audits_->OnDigests(*log(), "silent", 0, Digests());
  EXPECT_NE(report.wait_for(std::chrono::seconds(0)), std::future_status::ready) << "of another checkpoint";
  PassDeadline();
  const auto found = *report.get();
  ASSERT_EQ(found.nodes.size(), 2u);
  for (const NodeAudit& node : found.nodes) EXPECT_EQ(node.outcome, Outcome::kNoAnswer) << node.node;
  EXPECT_FALSE(found.nodes[0].connected);
  EXPECT_TRUE(found.nodes[1].connected);
  EXPECT_EQ(Run({"nobody"}).get()->nodes[0].outcome, Outcome::kNoAnswer) << "at once";
}

TEST_F(AuditTest, RefusesASecondAuditNobodyToAskAndAfterItsEnd) {
  EXPECT_EQ(ReasonText(Run().get().status()), "NO_EXPECTED_NODES");
  const auto node = Connect("node");
  auto first = Run();
  EXPECT_EQ(ReasonText(Run().get().status()), "BUSY");
  audits_->Close();
  EXPECT_EQ(ReasonText(first.get().status()), "SHUTTING_DOWN");
  EXPECT_EQ(ReasonText(Run().get().status()), "SHUTTING_DOWN");
}

TEST_F(AuditTest, RangesPartitionAChannelsKeys) {
  for (const char* key : {"a", "b", "c", "d", "e"}) Put("c", key, "1");
  Put("d", "a", "1");
  const auto read = [&](const TableScan& scan) { return core_.store.ReadTable(log()->number(), scan); };
  const auto keys = [&](const RangeQuery& query) {
    std::vector<uint64_t> counts;
    const auto ranges = DigestRanges(query, read);
    for (const auto& range : *ranges) counts.push_back(range.keys());
    return counts;
  };
  using Counts = std::vector<uint64_t>;
  EXPECT_EQ(keys({.channel = "c"}), Counts{5});
  EXPECT_EQ(DigestRanges({.channel = "c"}, read)->front(), Digests()["c"]);
  EXPECT_EQ(keys({.channel = "c", .range_ends = {"b", "bb", "d"}}), (Counts{2, 0, 2, 1}));
  EXPECT_EQ(keys({.channel = "c", .after_key = "a", .until_key = "d", .range_ends = {"b"}}), (Counts{1, 2}));
  EXPECT_EQ(keys({.channel = "c", .before_sequence = 3}), Counts{3});
  EXPECT_EQ(keys({.channel = "none"}), Counts{0});
}

}  // namespace
}  // namespace replog
