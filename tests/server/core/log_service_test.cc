#include "server/core/log_service.h"

#include <gtest/gtest.h>

#include <future>

#include "server/core/settings_record.h"
#include "tests/server/core/fake_store.h"
#include "tests/server/core/manual_clock.h"
#include "tests/server/core/records.h"

namespace replog {
namespace {

using testing::FakeStore;
using testing::Keyed;
using testing::MakeRequest;
using testing::ManualClock;
using testing::NewRecord;
using testing::ReasonText;

struct PromiseWaiter final : TailWaiter {
  void OnTail() override { woken.set_value(); }
  std::promise<void> woken;
};

// Waits until a log's committed end is at `end`.
void AwaitEnd(Log& log, Sequence end) {
  for (;;) {
    const auto waiter = std::make_shared<PromiseWaiter>();
    const auto answer = log.tail().Read(log.tail().committed_end(), 1, waiter);
    if (log.tail().committed_end() >= end) return;
    if (answer.kind == TailAnswer::Kind::kWait) waiter->woken.get_future().get();
  }
}

class LogServiceTest : public ::testing::Test {
 protected:
  void Open(const LogService::Options& options = {}) {
    service_ = *LogService::Open(options, store_, clock_);
  }
  LogPtr Create(const std::string& name) { return *service_->CreateLog(name, LogSettings()); }
  std::future<absl::StatusOr<Appended>> Append(const LogPtr& log) { return Append(log, NewRecord("c", "t")); }
  std::future<absl::StatusOr<Appended>> Append(const LogPtr& log, const Keyed& record) {
    return Append(log, NewRecord(record));
  }
  std::future<absl::StatusOr<Appended>> Append(const LogPtr& log, const std::string& record) {
    return Append(log, MakeRequest({record}));
  }
  std::future<absl::StatusOr<Appended>> Append(const LogPtr& log, AppendRequest request) {
    auto promise = std::make_shared<std::promise<absl::StatusOr<Appended>>>();
    PendingAppend append{log, std::move(request), [promise](absl::StatusOr<Appended> outcome) {
                           promise->set_value(std::move(outcome));
                         }};
    EXPECT_EQ(service_->appends().TryPut(append, nullptr), AppendQueue::Offer::kTaken);
    return promise->get_future();
  }
  // What the system log has of it; nullopt: nothing.
  std::optional<LogSettings> StoredSettings(const Log& log) {
    const auto system = *service_->logs().Find("_system");
    const auto entry = *store_.TableRecord(system->number(), "logs", log.uuid());
    const auto record = entry ? DecodeEntry(*entry) : std::nullopt;
    if (!record || record->deleted) return {};
    return DecodeSettingsRecord(record->body)->settings;
  }

  FakeStore store_;
  ManualClock clock_;
  std::unique_ptr<LogService> service_;
};

TEST_F(LogServiceTest, MakesItsOwnLogsOnceAndFindsThemAgain) {
  Open();
  const std::string uuid = (*service_->logs().Find(""))->uuid();
  service_.reset();
  Open();
  EXPECT_EQ((*service_->logs().Find("default"))->uuid(), uuid);
  EXPECT_EQ(store_.Logs().size(), 2u);
  EXPECT_TRUE(service_->logs().Find("_system").ok());
}

TEST_F(LogServiceTest, ItsOwnLogCanBeReadAndNotChanged) {
  Open();
  EXPECT_TRUE(service_->logs().FindForChange("default").ok());
  EXPECT_TRUE(service_->logs().FindForChange("").ok());
  EXPECT_EQ(ReasonText(service_->logs().FindForChange("_system").status()), "LOG_PROTECTED");
  EXPECT_EQ(ReasonText(service_->logs().FindForChange("_none").status()), "LOG_PROTECTED");
}

TEST_F(LogServiceTest, RefusesNamesThatAreTakenOrNotAllowedAndTooManyLogs) {
  LogService::Options options;
  options.max_logs = 3;
  Open(options);
  Create("a");
  EXPECT_EQ(ReasonText(service_->CreateLog("a", {}).status()), "LOG_EXISTS");
  EXPECT_EQ(ReasonText(service_->CreateLog("default", {}).status()), "LOG_EXISTS");
  EXPECT_EQ(ReasonText(service_->CreateLog("", {}).status()), "INVALID_FIELD");
  EXPECT_EQ(ReasonText(service_->CreateLog("_a", {}).status()), "LOG_PROTECTED");
  Create("b");
  EXPECT_EQ(ReasonText(service_->CreateLog("c", {}).status()), "TOO_MANY_LOGS");
}

TEST_F(LogServiceTest, ATokenThatWasNeverGivenOutFencesNobody) {
  Open();
  const LogPtr log = *service_->logs().Find("");
  const Sequence next_grant = (*service_->logs().Find("_system"))->tail().committed_end();
  const auto append_under = [&](FencingToken token) {
    auto request = MakeRequest({NewRecord("c", "t")});
    request.conditions.emplace().lease = LeaseToken{"leader", token};
    return Append(log, std::move(request)).get().status();
  };
  for (const FencingToken token : {FencingToken{0, next_grant}, {0, UINT64_MAX}, {1, 0}, {UINT64_MAX, 0}}) {
    const auto status = append_under(token);
    EXPECT_EQ(ReasonText(status), "INVALID_FIELD");
    EXPECT_EQ(testing::MetadataValue(status, "field"), "conditions.lease");
  }
  EXPECT_EQ(log->tail().committed_end(), 0u);
  EXPECT_TRUE(append_under({0, next_grant - 1}).ok());
}

// ---- settings

TEST_F(LogServiceTest, TheSystemLogHasTheSettingsOfEveryLogButItsOwn) {
  Open();
  const LogPtr log = *service_->CreateLog("a", {.retention_records = 7});
  EXPECT_EQ(StoredSettings(*log), (LogSettings{.retention_records = 7}));
  EXPECT_EQ(StoredSettings(**service_->logs().Find("default")), LogSettings());
  EXPECT_EQ(StoredSettings(**service_->logs().Find("_system")), std::nullopt);
  const auto change = [](LogSettings now) {
    now.retention_bytes = 1 << 20;
    return now;
  };
  ASSERT_TRUE(service_->UpdateLog(*log, change).ok());
  const LogSettings changed{.retention_bytes = 1 << 20, .retention_records = 7};
  EXPECT_EQ(StoredSettings(*log), changed);
  EXPECT_EQ(log->descriptor().settings, changed);
  ASSERT_TRUE(service_->DeleteLog(log).ok());
  ASSERT_TRUE(Append(*service_->logs().Find("")).get().ok()) << "behind the tombstone in the queue";
  EXPECT_EQ(StoredSettings(*log), std::nullopt);
}

TEST_F(LogServiceTest, WhatTheSystemLogSaysOfALogIsTrueAtTheNextStart) {
  Open();
  const LogPtr log = Create("a");
  const LogSettings changed{.durability = Durability::kOs, .dedupe_window_us = 1'000'000};
  ASSERT_TRUE(service_->UpdateLog(*log, [&](LogSettings) { return changed; }).ok());
  service_.reset();
  // As if the server had been killed before the store had its copy.
  LogDescriptor stale = log->descriptor();
  stale.settings = {};
  ASSERT_TRUE(store_.UpdateLog(stale).ok());
  Open();
  EXPECT_EQ((*service_->logs().Find("a"))->descriptor().settings, changed);
  for (const StoredLog& stored : store_.Logs()) {
    if (stored.descriptor.name == "a") {
      EXPECT_EQ(stored.descriptor.settings, changed);
    }
  }
}

TEST_F(LogServiceTest, AChangeOfSettingsThatFailedAndIsThereAfterAllHoldsOnceTheStoreIsBack) {
  LogService::Options options;
  options.blocking_threads = 1;
  Open(options);
  const LogPtr log = Create("a");
  store_.SetCommitFate(FakeStore::CommitFate::kFailedThoughWritten);
  const LogSettings changed{.retention_records = 5};
  EXPECT_EQ(ReasonText(service_->UpdateLog(*log, [&](LogSettings) { return changed; })), "STORE_FAILED");
  store_.SetCommitFate(FakeStore::CommitFate::kWritten);
  // The first append after the recovery is behind it, and one thread does what was posted in order.
  while (!Append(log).get().ok()) {
  }
  std::promise<void> looked;
  service_->blocking().Post([&] { looked.set_value(); });
  looked.get_future().get();
  LogSettings seen;
  ASSERT_TRUE(service_->UpdateLog(*log, [&](LogSettings now) { return seen = now; }).ok());
  EXPECT_EQ(seen, changed);
}

TEST_F(LogServiceTest, DeletesALogAndEndsItsReaders) {
  Open();
  const LogPtr log = Create("a");
  ASSERT_TRUE(service_->DeleteLog(log).ok());
  EXPECT_EQ(ReasonText(service_->logs().Find("a").status()), "LOG_NOT_FOUND");
  EXPECT_EQ(ReasonText(log->tail().Read(0, 1, nullptr).closed), "LOG_NOT_FOUND");
  EXPECT_EQ(ReasonText(service_->DeleteLog(log)), "LOG_NOT_FOUND");
  EXPECT_EQ(ReasonText(service_->DeleteLog(*service_->logs().Find(""))), "LOG_PROTECTED");
  EXPECT_NE(Create("a")->uuid(), log->uuid());
}

TEST_F(LogServiceTest, RefusesAnAppendThatWasQueuedBehindItsLogsDeletion) {
  Open();
  const LogPtr log = Create("a");
  ASSERT_TRUE(service_->DeleteLog(log).ok());
  EXPECT_EQ(ReasonText(Append(log).get().status()), "LOG_NOT_FOUND") << "never acknowledged and lost";
  EXPECT_TRUE(Append(*service_->logs().Find("")).get().ok()) << "and nobody else has to suffer";
}

TEST_F(LogServiceTest, TrimsForwardOnlyAndNotPastTheEnd) {
  Open();
  const LogPtr log = *service_->logs().Find("");
  for (int i = 0; i < 3; ++i) ASSERT_TRUE(Append(log).get().ok());
  EXPECT_EQ(ReasonText(service_->TrimLog(*log, 4).status()), "PAST_THE_END");
  EXPECT_EQ(*service_->TrimLog(*log, 2), 2u);
  EXPECT_EQ(*service_->TrimLog(*log, 1), 2u);
  EXPECT_EQ(store_.Logs()[0].first_kept, 2u);
  EXPECT_EQ(log->counters.records_removed.value(), 2u);
}

TEST_F(LogServiceTest, GivesEachReaderThatIsBehindItsShareOfTheMemory) {
  LogService::Options options;
  options.cold_read_bytes = 1 << 20;
  Open(options);
  EXPECT_EQ(service_->ColdReadBytes(256 << 10), 256u << 10);
  service_->subscribers() = 1024;
  EXPECT_EQ(service_->ColdReadBytes(256 << 10), 1024u);
  service_->subscribers() = 1 << 30;
  EXPECT_EQ(service_->ColdReadBytes(256 << 10), 1u) << "one chunk";
}

TEST_F(LogServiceTest, SaysThatItIsNotWellWhileTheStoreIsBroken) {
  Open();
  EXPECT_TRUE(service_->healthy());
  store_.SetCommitFate(FakeStore::CommitFate::kFailed);
  store_.SetRecoverFails(true);
  EXPECT_EQ(ReasonText(Append(*service_->logs().Find("")).get().status()), "STORE_FAILED");
  EXPECT_FALSE(service_->healthy());
}

TEST_F(LogServiceTest, StopsReadersWithAReasonWhileAppendsGoOn) {
  Open();
  const LogPtr log = *service_->logs().Find("");
  service_->CloseReaders();
  EXPECT_EQ(ReasonText(log->tail().Read(0, 1, nullptr).closed), "SHUTTING_DOWN");
  EXPECT_TRUE(Append(log).get().ok());
  service_->StopAppends();
  EXPECT_EQ(ReasonText(service_->UpdateLog(*log, [](LogSettings same) { return same; })), "SHUTTING_DOWN");
}

TEST_F(LogServiceTest, RemovesNothingByAgeWhileTheClockHasJumpedForward) {
  constexpr int64_t kHour = 3'600'000'000;
  // The clock's two hands cannot be moved at once: a reader between them may see a jump of its own.
  std::promise<void> raised, cleared;
  std::atomic<int> changes = 0;
  LogService::Options options;
  options.retention_interval_us = 10'000;
  options.on_alarm = [&](const Alarms::Change& change) {
    if (changes++ < 2) (change.raised ? raised : cleared).set_value();
  };
  Open(options);
  const LogPtr log = *service_->CreateLog("aged", {.retention_age_us = kHour});
  ASSERT_TRUE(Append(log).get().ok());
  clock_.wall_us += 2 * kHour;
  clock_.Advance(10'000);
  raised.get_future().get();
  EXPECT_EQ(service_->alarms().Active().count("CLOCK_JUMPED"), 1u);
  clock_.wall_us -= 2 * kHour;
  clock_.Advance(10'000);
  cleared.get_future().get();
  EXPECT_EQ(log->tail().first_kept(), 0u) << "the round that met the jump is over";
  const auto waiter = std::make_shared<PromiseWaiter>();
  ASSERT_EQ(log->tail().Read(1, 1, waiter).kind, TailAnswer::Kind::kWait);
  clock_.Advance(2 * kHour);
  waiter->woken.get_future().get();
  EXPECT_EQ(log->tail().first_kept(), 1u) << "by now it is that old";
}

TEST_F(LogServiceTest, ExpiresWhatFellDueWhileItWasDownAndWhatFallsDueLater) {
  Open();
  LogPtr log = *service_->logs().Find("");
  ASSERT_TRUE(Append(log, {.key = "a", .text = "1", .expires_us = clock_.wall_us + 1'000'000}).get().ok());
  ASSERT_TRUE(
      Append(log, {.key = "b", .text = "1", .expires_us = clock_.wall_us + 3'600'000'000}).get().ok());
  service_.reset();
  clock_.Advance(10'000'000);
  LogService::Options options;
  options.expirer.tick_us = 1'000;
  Open(options);
  log = *service_->logs().Find("");
  AwaitEnd(*log, 3);
  clock_.Advance(3'600'000'000);
  AwaitEnd(*log, 4);
  for (const char* key : {"a", "b"}) {
    const auto newest = store_.TableRecord(log->number(), "c", key);
    EXPECT_TRUE(DecodeEntry(**newest)->deleted) << key;
  }
}

}  // namespace
}  // namespace replog
