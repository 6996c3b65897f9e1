#include "server/core/system_log.h"

#include <gtest/gtest.h>

#include <future>

#include "tests/server/core/core_fixture.h"

namespace replog {
namespace {

class SystemLogTest : public ::testing::Test {
 protected:
  SystemLogTest() { core_.AddLog(std::string(kSystemLog)); }

  absl::StatusOr<Sequence> Write(SystemLog::Change change) {
    std::promise<absl::StatusOr<Sequence>> answer;
    log_->Write(std::move(change), [&](absl::StatusOr<Sequence> written) { answer.set_value(written); });
    return answer.get_future().get();
  }
  std::vector<std::pair<std::string, std::string>> Load(const std::string& channel) {
    std::vector<std::pair<std::string, std::string>> live;
    const auto records = log_->Load(channel);
    for (const auto& record : *records) live.emplace_back(record.key, record.text);
    return live;
  }
  void Start() {
    core_.Start();
    log_ = std::make_unique<SystemLog>(core_.log("_system"), core_.committer->queue(), core_.store);
  }

  testing::CoreFixture core_;
  std::unique_ptr<SystemLog> log_;
};

using Pairs = std::vector<std::pair<std::string, std::string>>;

TEST_F(SystemLogTest, KeepsTheNewestTextOfEachKey) {
  Start();
  EXPECT_EQ(*Write({"cursors", "a", "1", {}}), 0u);
  EXPECT_EQ(*Write({"cursors", "b", "2", {}}), 1u);
  EXPECT_EQ(*Write({"cursors", "a", "3", {}}), 2u);
  EXPECT_EQ(*Write({"leases", "a", "4", {}}), 3u);
  EXPECT_EQ(*Write({"cursors", "b", std::nullopt, {}}), 4u);
  EXPECT_EQ(Load("cursors"), (Pairs{{"a", "3"}}));
  EXPECT_EQ(Load("leases"), (Pairs{{"a", "4"}}));
  EXPECT_EQ(Load("nothing"), Pairs{});
}

TEST_F(SystemLogTest, AnExpectationThatDoesNotHoldWritesNothing) {
  Start();
  const SystemLog::Expected absent;
  ASSERT_TRUE(Write({"leases", "a", "1", absent}).ok());
  EXPECT_EQ(ReasonOf(Write({"leases", "a", "2", absent}).status()), Reason::kConditionFailed);
  EXPECT_EQ(*Write({"leases", "a", "3", SystemLog::Expected{Sequence{0}}}), 1u);
  EXPECT_EQ(ReasonOf(Write({"leases", "a", "4", SystemLog::Expected{Sequence{0}}}).status()),
            Reason::kConditionFailed);
  EXPECT_EQ(Load("leases"), (Pairs{{"a", "3"}}));
}

TEST_F(SystemLogTest, AfterTheServerStoppedNothingIsTaken) {
  Start();
  core_.committer->Stop();
  EXPECT_EQ(ReasonOf(Write({"cursors", "a", "1", {}}).status()), Reason::kShuttingDown);
}

TEST_F(SystemLogTest, AFullQueueIsSaidSo) {
  core_.options.queue.max_log_bytes = 1;
  Start();
  core_.store.HoldCommits(true);
  std::promise<absl::StatusOr<Sequence>> first;
  std::promise<absl::StatusOr<Sequence>> second;
  log_->Write({"cursors", "a", "1", {}}, [&](auto written) { first.set_value(written); });
  core_.store.AwaitHeldCommits(1);
  log_->Write({"cursors", "a", "2", {}}, [&](auto written) { second.set_value(written); });
  EXPECT_EQ(ReasonOf(Write({"cursors", "a", "3", {}}).status()), Reason::kBusy);
  core_.store.HoldCommits(false);
  EXPECT_EQ(*first.get_future().get(), 0u);
  EXPECT_EQ(*second.get_future().get(), 1u);
}

TEST(SystemLogKey, NamesTheLogAndWhatBelongsToIt) {
  EXPECT_EQ(KeyOf("uuid", "a/b"), "uuid/a/b");
  EXPECT_EQ(LogUuidOf("uuid/a/b"), "uuid");
}

}  // namespace
}  // namespace replog
