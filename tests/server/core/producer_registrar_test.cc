#include "server/core/producer_registrar.h"

#include <gtest/gtest.h>

#include <set>

#include "server/core/producer_record.h"
#include "tests/server/core/core_fixture.h"

namespace replog {
namespace {

using testing::CoreFixture;
using testing::FakeStore;
using testing::MetadataValue;
using testing::ReasonText;
using Registered = ProducerRegistrar::Registered;

constexpr int64_t kHourUs = 3'600'000'000;

class ProducerRegistrarTest : public ::testing::Test, public CoreFixture {
 protected:
  ProducerRegistrarTest() {
    AddLog(std::string(kSystemLog));
    Start();
    system_ = std::make_unique<SystemLog>(CoreFixture::log("_system"), committer->queue(), store);
    Open();
  }
  // Again on what the store has, as a server does at its start. Rosters are new then.
  void Open() {
    auto registrar = ProducerRegistrar::Open(options_, logs, *system_, store, clock, trusted_);
    ASSERT_TRUE(registrar.ok()) << registrar.status();
    registrar_ = *std::move(registrar);
  }
  void Restart() {
    for (const LogPtr& each : logs.All()) {
      for (const auto& producer : each->producers().All()) each->producers().Remove(producer.id);
    }
    Open();
  }
  std::future<absl::StatusOr<Registered>> Begin(const ProducerRegistrar::Request& request,
                                                const LogPtr& at = nullptr) {
    auto promise = std::make_shared<std::promise<absl::StatusOr<Registered>>>();
    registrar_->Register(
        at == nullptr ? log() : at, request,
        [promise](absl::StatusOr<Registered> registered) { promise->set_value(registered); });
    return promise->get_future();
  }
  absl::StatusOr<Registered> Register(const std::string& name, const std::string& instance = "",
                                      bool renew = false) {
    return Begin({name, instance, renew}).get();
  }
  absl::StatusOr<Appended> Send(const Registered& as, uint64_t first, int count = 1) {
    AppendRequest request = testing::MakeRequest(
        std::vector<std::string>(static_cast<size_t>(count), testing::NewRecord("c", "text")));
    request.producer = wire::ProducerStamp{as.id, as.epoch, first, 0, ""};
    return Submit(log(), std::move(request)).get();
  }
  // Waits until the committer has done everything before.
  void Settle() {
    ASSERT_TRUE(committer->Run([] { return absl::OkStatus(); }).ok());
  }
  std::vector<std::string> Stored() {
    std::vector<std::string> names;
    const auto records = system_->Load(std::string(kProducersChannel));
    for (const SystemRecord& record : *records) names.push_back(DecodeProducerRecord(record.text)->name);
    return names;
  }

  ProducerRegistrar::Options options_{.max_producers = 5};
  Alarms alarms_;
  TrustedClock trusted_{{.max_jump_us = 10 * kHourUs}, clock, alarms_};
  std::unique_ptr<SystemLog> system_;
  std::shared_ptr<ProducerRegistrar> registrar_;
};

TEST_F(ProducerRegistrarTest, GivesIdsThatDifferAndEpochsThatGrow) {
  std::set<ProducerId> ids;
  for (const char* name : {"a", "b", "c"}) {
    const auto registered = Register(name);
    ASSERT_TRUE(registered.ok()) << registered.status();
    EXPECT_EQ(registered->epoch, 1u);
    EXPECT_EQ(registered->next, 0u);
    EXPECT_LT(registered->id, 1ull << 63);
    ids.insert(registered->id);
  }
  EXPECT_EQ(ids.size(), 3u);
  EXPECT_FALSE(ids.contains(0));
  const auto again = Register("b");
  EXPECT_TRUE(ids.contains(again->id));
  EXPECT_EQ(again->epoch, 2u);
}

TEST_F(ProducerRegistrarTest, ANewEpochSaysWhereTheOldOneEndedAndFencesIt) {
  const auto old = *Register("a");
  ASSERT_TRUE(Send(old, 0, 3).ok());
  const auto now = *Register("a");
  EXPECT_EQ(now.next, 3u);
  EXPECT_EQ(ReasonText(Send(old, 3).status()), "PRODUCER_FENCED");
  EXPECT_TRUE(Send(now, 3).ok());
}

TEST_F(ProducerRegistrarTest, WhatWasTakenBeforeTheNewEpochIsInItsNumber) {
  const auto old = *Register("a");
  store.HoldCommits(true);
  auto held = Append("held");
  store.AwaitHeldCommits(1);
  // One group: an append of the old epoch, the registration, and one more append.
  AppendRequest request = testing::MakeRequest({testing::NewRecord("c", "text")});
  request.producer = wire::ProducerStamp{old.id, old.epoch, 0, 0, ""};
  auto before = Submit(log(), request);
  auto registration = Begin({"a"});
  request.producer->first_sequence = 1;
  auto behind = Submit(log(), std::move(request));
  store.HoldCommits(false);
  EXPECT_TRUE(held.get().ok());
  EXPECT_TRUE(before.get().ok());
  const auto now = registration.get();
  ASSERT_TRUE(now.ok());
  EXPECT_EQ(now->next, behind.get().ok() ? 2u : 1u);
  EXPECT_EQ(ReasonText(Send(old, now->next).status()), "PRODUCER_FENCED");
}

TEST_F(ProducerRegistrarTest, IsThereAgainAfterARestart) {
  const auto before = *Register("a");
  ASSERT_TRUE(Send(before, 0, 2).ok());
  Restart();
  EXPECT_TRUE(Send(before, 2).ok()) << "a producer goes on across a restart of the server";
  const auto after = *Register("a");
  EXPECT_EQ(after.id, before.id);
  EXPECT_EQ(after.epoch, before.epoch + 1);
  EXPECT_EQ(after.next, 3u);
  Restart();
  EXPECT_EQ(ReasonText(Send(before, 3).status()), "PRODUCER_FENCED");
}

TEST_F(ProducerRegistrarTest, IsOfOneLog) {
  const LogPtr other = AddLog("other");
  const auto here = *Register("a");
  const auto there = *Begin({"a"}, other).get();
  EXPECT_NE(here.id, there.id);
  EXPECT_EQ(there.epoch, 1u);
  EXPECT_EQ(ReasonText(Send(there, 0).status()), "UNKNOWN_PRODUCER");
}

TEST_F(ProducerRegistrarTest, ARenewalIsOnlyForWhoRegisteredLast) {
  EXPECT_EQ(ReasonText(Register("a", "1", true).status()), "UNKNOWN_PRODUCER");
  ASSERT_TRUE(Register("a", "1").ok());
  EXPECT_EQ(Register("a", "1", true)->epoch, 2u);
  EXPECT_EQ(Register("a", "1", true)->epoch, 3u) << "its answer was lost, and it is asked for again";
  ASSERT_EQ(Register("a", "2")->epoch, 4u);
  const auto fenced = Register("a", "1", true).status();
  EXPECT_EQ(ReasonText(fenced), "PRODUCER_FENCED");
  EXPECT_EQ(MetadataValue(fenced, "epoch"), "4");
  Restart();
  EXPECT_EQ(ReasonText(Register("a", "1", true).status()), "PRODUCER_FENCED");
  EXPECT_EQ(Register("a", "2", true)->epoch, 5u);
}

TEST_F(ProducerRegistrarTest, RegistrationsOfOneNameAtOnceGetEpochsOfTheirOwn) {
  store.HoldCommits(true);
  std::vector<std::future<absl::StatusOr<Registered>>> all;
  for (int i = 0; i < 10; ++i) all.push_back(Begin({"a"}));
  store.HoldCommits(false);
  std::set<uint64_t> epochs;
  std::set<ProducerId> ids;
  for (auto& each : all) {
    const auto registered = each.get();
    ASSERT_TRUE(registered.ok()) << registered.status();
    epochs.insert(registered->epoch);
    ids.insert(registered->id);
  }
  EXPECT_EQ(epochs.size(), 10u);
  EXPECT_EQ(ids.size(), 1u);
  EXPECT_EQ(Stored(), std::vector<std::string>{"a"});
}

TEST_F(ProducerRegistrarTest, TooManyAtOnceAreRefused) {
  store.HoldCommits(true);
  std::vector<std::future<absl::StatusOr<Registered>>> all;
  for (int i = 0; i < 200; ++i) all.push_back(Begin({"a"}));
  store.HoldCommits(false);
  int busy = 0;
  for (auto& each : all) busy += ReasonText(each.get().status()) == "BUSY" ? 1 : 0;
  EXPECT_EQ(busy, 99);
}

TEST_F(ProducerRegistrarTest, AnEpochWhoseWriteFailedIsGivenToNobodyElse) {
  ASSERT_EQ(Register("a")->epoch, 1u);
  for (const auto fate : {FakeStore::CommitFate::kFailed, FakeStore::CommitFate::kFailedThoughWritten}) {
    store.SetCommitFate(fate);
    EXPECT_EQ(ReasonText(Register("a").status()), "STORE_FAILED");
    store.SetCommitFate(FakeStore::CommitFate::kWritten);
    Settle();
  }
  EXPECT_EQ(Register("a")->epoch, 4u);
}

TEST_F(ProducerRegistrarTest, AFullRosterForgetsWhoWasNotUsedForLongest) {
  std::vector<Registered> producers;
  for (const char* name : {"a", "b", "c", "d", "e"}) {
    producers.push_back(*Register(name));
    clock.wall_us += 1000;
  }
  const auto full = Register("f").status();
  EXPECT_EQ(ReasonText(full), "TOO_MANY_PRODUCERS") << "all were used within the last hour";
  EXPECT_EQ(MetadataValue(full, "limit"), "5");
  clock.wall_us += kHourUs + 1;
  ASSERT_TRUE(Send(producers[0], 0).ok()) << "a is used";
  const auto f = Register("f");
  ASSERT_TRUE(f.ok()) << f.status();
  Settle();
  EXPECT_EQ(Stored(), (std::vector<std::string>{"a", "c", "d", "e", "f"}));
  EXPECT_EQ(ReasonText(Send(producers[1], 0).status()), "UNKNOWN_PRODUCER");
  EXPECT_TRUE(Send(producers[0], 1).ok());
  const auto b = Register("b");
  EXPECT_NE(b->id, producers[1].id) << "it is another producer now";
}

TEST_F(ProducerRegistrarTest, NobodyIsForgottenByAClockThatJumped) {
  for (const char* name : {"a", "b", "c", "d", "e"}) ASSERT_TRUE(Register(name).ok());
  ASSERT_TRUE(trusted_.Now());
  clock.wall_us += 11 * kHourUs;
  EXPECT_EQ(ReasonText(Register("f").status()), "TOO_MANY_PRODUCERS");
  clock.wall_us -= 11 * kHourUs;
  EXPECT_EQ(Stored().size(), 5u);
}

TEST_F(ProducerRegistrarTest, WhoIsAboutToRegisterIsNotForgotten) {
  ASSERT_TRUE(Register("a").ok());
  const auto idle = *log()->producers().Find("a");
  EXPECT_EQ(log()->producers().TryNext(idle.id), 2u);
  EXPECT_FALSE(log()->producers().RemoveUnused(idle));
  ASSERT_TRUE(log()->producers().RemoveUnused(*log()->producers().Find("a")));
  EXPECT_EQ(log()->producers().TryNext(idle.id), std::nullopt) << "it was forgotten first";
}

TEST_F(ProducerRegistrarTest, ARegistrationThatCannotBeReadKeepsTheServerFromStarting) {
  std::promise<absl::StatusOr<Sequence>> written;
  system_->Write({std::string(kProducersChannel), "uuid/a", "no JSON", {}},
                 [&](const absl::StatusOr<Sequence>& at) { written.set_value(at); });
  ASSERT_TRUE(written.get_future().get().ok());
  const auto opened = ProducerRegistrar::Open(options_, logs, *system_, store, clock, trusted_);
  EXPECT_EQ(ReasonText(opened.status()), "CORRUPT_CHUNK");
}

TEST_F(ProducerRegistrarTest, WhatWasAppendedBeforeARestartCountsAsUse) {
  std::vector<Registered> producers;
  for (const char* name : {"a", "b", "c", "d", "e"}) {
    producers.push_back(*Register(name));
    ++clock.wall_us;
  }
  clock.wall_us += kHourUs + 1;
  ASSERT_TRUE(Send(producers[0], 0).ok()) << "the one that is looked at first";
  Restart();
  for (int i = 0; i < 4; ++i) {
    ASSERT_TRUE(Register("new-" + std::to_string(i)).ok());
    Settle();
  }
  EXPECT_TRUE(Send(producers[0], 1).ok());
  EXPECT_EQ(ReasonText(Register("one more").status()), "TOO_MANY_PRODUCERS");
}

TEST_F(ProducerRegistrarTest, AForgottenProducersStateGoesToo) {
  const auto a = *Register("a");
  ASSERT_TRUE(Send(a, 0, 7).ok());
  for (const char* name : {"b", "c", "d", "e"}) ASSERT_TRUE(Register(name).ok());
  clock.wall_us += kHourUs + 1;
  for (const auto& producer : log()->producers().All()) {
    if (producer.name != "a") log()->producers().Use(producer.id, clock.wall_us);
  }
  ASSERT_TRUE(Register("f").ok());
  Settle();
  EXPECT_EQ(*store.FindProducer(log()->number(), a.id), ProducerState());
}

TEST_F(ProducerRegistrarTest, TheProducersOfADeletedLogGoWithIt) {
  const LogPtr other = AddLog("other");
  ASSERT_TRUE(Begin({"a"}, other).get().ok());
  ASSERT_TRUE(Register("b").ok());
  registrar_->ForgetLog(*other);
  Settle();
  EXPECT_EQ(Stored(), std::vector<std::string>{"b"});
  ASSERT_TRUE(Begin({"c"}, other).get().ok());
  logs.Remove(*other);
  Restart();
  Settle();
  EXPECT_EQ(Stored(), std::vector<std::string>{"b"}) << "also when the server was killed before";
  other->deleted = true;
  EXPECT_EQ(ReasonText(Begin({"d"}, other).get().status()), "LOG_NOT_FOUND");
}

TEST_F(ProducerRegistrarTest, WhenTheServerStopsWhoWaitsIsAnswered) {
  committer->Stop();
  EXPECT_EQ(ReasonText(Register("a").status()), "SHUTTING_DOWN");
}

}  // namespace
}  // namespace replog
