#include <gtest/gtest.h>

#include <chrono>
#include <future>
#include <thread>

#include "base/clock.h"
#include "base/error.h"
#include "server/core/append_request.h"
#include "server/core/log_service.h"
#include "tests/storage/support/faulty_file_system.h"
#include "tests/storage/support/store_driver.h"
#include "tests/support/temp_directory.h"

namespace replog {
namespace {

using rocksdb::IOStatus;

// How long recovery may take before it counts as one that does not come.
constexpr std::chrono::seconds kPatience{30};

// The whole server but the network, on a disk that can be made to fail.
class CommitFailureTest : public ::testing::Test {
 protected:
  void SetUp() override {
    auto store = RocksStore::Open(testing::SmallStore(scratch_ / "data", env_.get()));
    ASSERT_TRUE(store.ok()) << store.status();
    store_ = *std::move(store);
    LogService::Options options;
    options.committer.reserve_bytes = 0;
    options.committer.recovery_pause_us = 1000;
    auto service = LogService::Open(options, *store_, SystemClock());
    ASSERT_TRUE(service.ok()) << service.status();
    service_ = *std::move(service);
    log_ = *service_->logs().Find("default");
  }

  // Appends one record and waits for the answer.
  absl::StatusOr<Appended> Append(const std::string& text) {
    std::string encoded;
    wire::AppendBytesField(encoded, wire::kNewRecordsField, testing::EncodeNewRecord({"c", text}));
    auto request = ParseAppendRequest(std::move(encoded), service_->options().limits);
    testing::MustWork(request.status());
    std::promise<absl::StatusOr<Appended>> answer;
    PendingAppend append{log_, *std::move(request),
                         [&](absl::StatusOr<Appended> outcome) { answer.set_value(std::move(outcome)); }};
    if (service_->appends().TryPut(append, [] {}) != AppendQueue::Offer::kTaken) {
      return absl::InternalError("the queue did not take it");
    }
    return answer.get_future().get();
  }
  // Appends until one is acknowledged; each refusal must be one of recovery's.
  absl::StatusOr<Appended> AppendUntilAcknowledged(const std::string& text) {
    const auto deadline = std::chrono::steady_clock::now() + kPatience;
    while (std::chrono::steady_clock::now() < deadline) {
      auto outcome = Append(text);
      if (outcome.ok() || ReasonOf(outcome.status()) != Reason::kRecovering) return outcome;
    }
    return absl::DeadlineExceededError("recovery does not come");
  }
  // Reads until it is not refused for an attempt at recovery, which takes the store for a moment.
  absl::StatusOr<ChunkRun> ReadAll() {
    const auto deadline = std::chrono::steady_clock::now() + kPatience;
    while (std::chrono::steady_clock::now() < deadline) {
      auto run = store_->ReadForward(log_->number(), 0, log_->tail().committed_end(), 100 << 20, {});
      if (run.ok() || ReasonOf(run.status()) != Reason::kRecovering) return run;
      std::this_thread::yield();
    }
    return absl::DeadlineExceededError("recovery never makes way for a reader");
  }
  std::vector<std::string> Texts() {
    std::vector<std::string> texts;
    const auto run = ReadAll();
    testing::MustWork(run.status());
    for (const auto& record : testing::RecordsOf(run->chunks, 0, UINT64_MAX)) texts.push_back(record.text);
    return texts;
  }

  const std::shared_ptr<testing::FaultyFileSystem> files_ = std::make_shared<testing::FaultyFileSystem>();
  const std::unique_ptr<rocksdb::Env> env_ = rocksdb::NewCompositeEnv(files_);
  const testing::TempDirectory scratch_;
  std::unique_ptr<RocksStore> store_;
  std::unique_ptr<LogService> service_;
  LogPtr log_;
};

TEST_F(CommitFailureTest, AFullDiskInAWriteIsAnUnknownFateThenRecoveryAndANewEpoch) {
  ASSERT_TRUE(Append("before").ok());
  const Epoch epoch = log_->epoch();
  files_->FailWrites(IOStatus::NoSpace("no space left on device"));
  EXPECT_EQ(ReasonOf(Append("torn").status()), Reason::kStoreFailed) << "its fate is unknown";
  EXPECT_EQ(ReasonOf(Append("refused").status()), Reason::kRecovering) << "nothing of it was written";
  EXPECT_FALSE(service_->healthy());
  EXPECT_EQ(Texts(), std::vector<std::string>{"before"}) << "reads go on while the disk is full";

  files_->Heal();
  const auto after = AppendUntilAcknowledged("after");
  ASSERT_TRUE(after.ok()) << after.status();
  EXPECT_EQ(after->first, 1u) << "what was not written took no sequence";
  EXPECT_GT(log_->epoch(), epoch);
  EXPECT_EQ(after->position.epoch, log_->epoch());
  EXPECT_TRUE(service_->healthy());
  EXPECT_EQ(Texts(), (std::vector<std::string>{"before", "after"}));
}

TEST_F(CommitFailureTest, AFailedSyncIsAnUnknownFateThatRecoveryDecides) {
  ASSERT_TRUE(Append("before").ok());
  files_->FailSyncs(IOStatus::IOError("input/output error"));
  EXPECT_EQ(ReasonOf(Append("unknown").status()), Reason::kStoreFailed);
  EXPECT_EQ(log_->tail().committed_end(), 1u) << "it is not shown before it is durable";
  files_->Heal();
  const auto after = AppendUntilAcknowledged("after");
  ASSERT_TRUE(after.ok()) << after.status();
  const auto texts = Texts();
  ASSERT_EQ(texts.size(), after->first + 1);
  EXPECT_EQ(texts.front(), "before");
  EXPECT_EQ(texts.back(), "after");
  if (texts.size() == 3) {
    EXPECT_EQ(texts[1], "unknown");
  }
}

}  // namespace
}  // namespace replog
