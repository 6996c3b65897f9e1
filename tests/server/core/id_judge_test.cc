#include "server/core/id_judge.h"

#include <gtest/gtest.h>

#include "proto/wire/fields.h"
#include "tests/server/core/core_fixture.h"

namespace replog {
namespace {

using testing::CoreFixture;
using testing::FakeStore;
using testing::ReasonText;
using Kind = RecordOutcome::Kind;
namespace rf = wire::record_field;

constexpr int64_t kMinuteUs = 60'000'000;

// Appends of records with ids, through the committer.
class IdJudgeTest : public ::testing::Test, public CoreFixture {
 protected:
  IdJudgeTest() { Start(); }

  static std::string WithId(const std::string& id, const std::string& key = "") {
    std::string encoded = testing::NewRecord("c", "text of " + id);
    if (!key.empty()) wire::AppendBytesField(encoded, rf::kKey, key);
    if (!id.empty()) wire::AppendBytesField(encoded, rf::kId, id);
    return encoded;
  }
  // One record for each id; an empty one: a record without.
  Outcome Send(const std::vector<std::string>& ids, const LogPtr& to = nullptr) {
    std::vector<std::string> records;
    for (const std::string& id : ids) records.push_back(WithId(id));
    return Submit(to == nullptr ? log() : to, testing::MakeRequest(records));
  }
  // The outcomes in short: "+" and the sequence of what was appended, "=" and the first append's of
  // duplicates.
  static std::string Result(Outcome outcome) {
    const auto answer = outcome.get();
    if (!answer.ok()) return ReasonText(answer.status());
    std::string text;
    const auto add = [&](char sign, std::optional<Sequence> sequence) {
      text += (text.empty() ? "" : " ") + std::string(1, sign) + (sequence ? std::to_string(*sequence) : "?");
    };
    for (uint32_t i = 0; answer->outcomes.empty() && i < answer->count; ++i) add('+', answer->first + i);
    for (const RecordOutcome& outcome : answer->outcomes)
      add(outcome.kind == Kind::kAppended    ? '+'
          : outcome.kind == Kind::kDuplicate ? '='
                                             : '~',
          outcome.sequence);
    return text;
  }
  Sequence End() { return log()->tail().committed_end(); }
};

TEST_F(IdJudgeTest, AnIdThatTheLogHasIsADuplicateOfItsFirstAppend) {
  EXPECT_EQ(Result(Send({"a", "b"})), "+0 +1");
  EXPECT_EQ(Result(Send({"b", "c", "", "a"})), "=1 +2 +3 =0");
  EXPECT_EQ(Result(Send({"c"})), "=2");
  EXPECT_EQ(End(), 4u);
}

TEST_F(IdJudgeTest, AlsoWithinOneBatch) {
  EXPECT_EQ(Result(Send({"a", "b", "a", "a"})), "+0 +1 =0 =0");
  EXPECT_EQ(End(), 2u);
}

TEST_F(IdJudgeTest, AndWithinOneGroup) {
  Outcome first, again, other;
  InOneGroup([&] {
    first = Send({"a"});
    again = Send({"b", "a"});
    other = Send({"b"});
  });
  EXPECT_EQ(Result(std::move(first)), "+1");
  EXPECT_EQ(Result(std::move(again)), "+2 =1");
  EXPECT_EQ(Result(std::move(other)), "=2");
  EXPECT_EQ(store.commits(), 2) << "it was one group";
}

TEST_F(IdJudgeTest, ADuplicateIsAnsweredOnlyOnceItsFirstAppendIsDurable) {
  store.HoldCommits(true);
  auto held = Append("held");
  store.AwaitHeldCommits(1);
  auto first = Send({"a"});
  auto again = Send({"a"});
  store.SetCommitFate(FakeStore::CommitFate::kFailed);
  store.HoldCommits(false);
  EXPECT_EQ(Result(std::move(first)), "STORE_FAILED");
  EXPECT_EQ(Result(std::move(again)), "STORE_FAILED");
  store.SetCommitFate(FakeStore::CommitFate::kWritten);
  store.AwaitRecoveryTries(1);
  EXPECT_EQ(Result(Send({"a"})), "+0") << "nothing of what failed is believed";
}

TEST_F(IdJudgeTest, WhatAFailedCommitLeftInTheStoreIsKnown) {
  store.SetCommitFate(FakeStore::CommitFate::kFailedThoughWritten);
  EXPECT_EQ(Result(Send({"a"})), "STORE_FAILED");
  store.SetCommitFate(FakeStore::CommitFate::kWritten);
  store.AwaitRecoveryTries(1);
  EXPECT_EQ(Result(Send({"a"})), "=0");
}

TEST_F(IdJudgeTest, IdsAreOfOneLog) {
  const LogPtr other = AddLog("other");
  Outcome here, there;
  InOneGroup([&] {
    here = Send({"a"});
    there = Send({"a"}, other);
  });
  EXPECT_EQ(Result(std::move(here)), "+1");
  EXPECT_EQ(Result(std::move(there)), "+0");
  EXPECT_EQ(Result(Send({"a"}, other)), "=0");
}

TEST_F(IdJudgeTest, TheWindowIsAskedByTheTimeOfTheFirstAppend) {
  EXPECT_EQ(Result(Send({"a"})), "+0");
  clock.wall_us += 10 * kMinuteUs;
  EXPECT_EQ(Result(Send({"a"})), "=0") << "to the microsecond";
  clock.wall_us += 1;
  EXPECT_EQ(Result(Send({"a"})), "+1") << "though the store still has it";
  clock.wall_us += 10 * kMinuteUs;
  EXPECT_EQ(Result(Send({"a"})), "=1") << "the window begins anew with what was written";
}

TEST_F(IdJudgeTest, AClockThatGoesBackwardsForgetsNothing) {
  EXPECT_EQ(Result(Send({"a"})), "+0");
  clock.wall_us -= 100 * kMinuteUs;
  EXPECT_EQ(Result(Send({"a"})), "=0");
}

TEST_F(IdJudgeTest, TheWindowIsTheLogsAndMayChange) {
  const LogPtr brief = AddLog("brief", {.dedupe_window_us = kMinuteUs});
  EXPECT_EQ(Result(Send({"a"}, brief)), "+0");
  clock.wall_us += kMinuteUs + 1;
  EXPECT_EQ(Result(Send({"a"}, brief)), "+1");
  clock.wall_us += 2 * kMinuteUs;
  brief->set_settings({.dedupe_window_us = 3 * kMinuteUs});
  EXPECT_EQ(Result(Send({"a"}, brief)), "=1") << "known, and within the longer window";
}

TEST_F(IdJudgeTest, WithoutAWindowIdsAreOnlyData) {
  const LogPtr off = AddLog("off", {.dedupe_window_us = 0});
  store.OnRead([] { ADD_FAILURE() << "the store is not even asked"; });
  EXPECT_EQ(Result(Send({"a", "a"}, off)), "+0 +1");
  EXPECT_EQ(Result(Send({"a"}, off)), "+2");
}

TEST_F(IdJudgeTest, AConditionIsNotAskedWhenAllWasAppendedBefore) {
  const auto put = [this](const std::vector<std::string>& ids) {
    std::vector<std::string> records;
    for (const std::string& id : ids) records.push_back(WithId(id, "key"));
    AppendRequest request = testing::MakeRequest(records);
    request.conditions = AppendConditions{{}, {{"c", "key", std::nullopt}}, false};
    return Submit(log(), std::move(request));
  };
  EXPECT_EQ(Result(put({"a"})), "+0");
  EXPECT_EQ(Result(put({"a"})), "=0") << "its answer was lost, and it is sent again";
  EXPECT_EQ(Result(put({"b"})), "CONDITION_FAILED");
  EXPECT_EQ(Result(put({"a", "b"})), "CONDITION_FAILED") << "what is new in it is under the condition";
  EXPECT_EQ(Result(Send({"b"})), "+1") << "a refused append has not taken its ids";
}

TEST_F(IdJudgeTest, OneGroupSeesTheConditionsAndTheIdsOfARepetitionAlike) {
  const auto put = [this] {
    AppendRequest request = testing::MakeRequest({WithId("a", "key")});
    request.conditions = AppendConditions{{}, {{"c", "key", std::nullopt}}, false};
    return Submit(log(), std::move(request));
  };
  Outcome first, again;
  InOneGroup([&] {
    first = put();
    again = put();
  });
  EXPECT_EQ(Result(std::move(first)), "+1");
  EXPECT_EQ(Result(std::move(again)), "=1");
}

TEST_F(IdJudgeTest, ADuplicateIsNotStaleAndDoesNotTouchTheKey) {
  const auto put = [this](const std::string& id, uint64_t version) {
    std::string record = WithId(id, "key");
    wire::AppendVarintField(record, rf::kVersion, version);
    AppendRequest request = testing::MakeRequest({record});
    request.conditions = AppendConditions{{}, {}, true};
    return Submit(log(), std::move(request));
  };
  EXPECT_EQ(Result(put("a", 1)), "+0");
  EXPECT_EQ(Result(put("b", 2)), "+1");
  EXPECT_EQ(Result(put("a", 1)), "=0");
  EXPECT_EQ(Result(put("c", 1)), "~1");
  EXPECT_EQ(Result(put("c", 3)), "+2") << "a stale record has not taken its id";
}

TEST_F(IdJudgeTest, TheAnswersPositionIsBehindWhatIsInTheLog) {
  ASSERT_EQ(Result(Send({"a", "b", "c"})), "+0 +1 +2");
  ASSERT_EQ(Result(Send({"d"})), "+3");
  EXPECT_EQ(Send({"b", "a"}).get()->position.next_sequence, 2u);
  EXPECT_EQ(Send({"a", "e"}).get()->position.next_sequence, 5u);
}

TEST_F(IdJudgeTest, AFailedReadRefusesAndWritesNothing) {
  store.OnIdRead([] { return absl::InternalError("input/output error"); });
  EXPECT_EQ(Result(Send({"a"})), "STORE_RECOVERING");
  EXPECT_EQ(End(), 0u);
  store.OnIdRead(nullptr);
  EXPECT_EQ(Result(Send({"a"})), "+0");
}

}  // namespace
}  // namespace replog
