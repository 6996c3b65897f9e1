#include "server/core/producer_judge.h"

#include <gtest/gtest.h>

#include <random>

#include "proto/wire/record_view.h"
#include "tests/server/core/core_fixture.h"

namespace replog {
namespace {

using testing::CoreFixture;
using testing::FakeStore;
using testing::MetadataValue;
using testing::ReasonText;
using Kind = RecordOutcome::Kind;
namespace rf = wire::record_field;

constexpr ProducerId kProducer = 7;

wire::ProducerStamp Stamp(uint64_t first, uint64_t epoch = 1, ProducerId id = kProducer) {
  return {.id = id, .epoch = epoch, .first_sequence = first, .count = 0, .outcomes = ""};
}

TEST(JudgeStamp, TellsEveryCaseApart) {
  ProducerState state;
  state.epoch = 3;
  state.next = 100;
  state.runs = {{90, 10, 500, ""}};
  const auto judge = [&](uint64_t first, uint32_t count, uint64_t epoch = 3,
                         std::optional<uint64_t> newest = 3) {
    return JudgeStamp(state, newest, Stamp(first, epoch), count);
  };
  EXPECT_EQ(judge(100, 5), StampVerdict::kNext);
  EXPECT_EQ(judge(101, 5), StampVerdict::kGap);
  EXPECT_EQ(judge(90, 10), StampVerdict::kRepeated);
  EXPECT_EQ(judge(95, 5), StampVerdict::kRepeated);
  EXPECT_EQ(judge(95, 6), StampVerdict::kOverlaps);
  EXPECT_EQ(judge(89, 5), StampVerdict::kForgotten);
  EXPECT_EQ(judge(0, 1), StampVerdict::kForgotten);
  EXPECT_EQ(judge(100, 5, 2), StampVerdict::kFenced);
  EXPECT_EQ(judge(90, 10, 2), StampVerdict::kFenced) << "its numbers may be another's by now";
  EXPECT_EQ(judge(100, 5, 3, 4), StampVerdict::kFenced);
  EXPECT_EQ(judge(100, 5, 4, 4), StampVerdict::kNext);
  EXPECT_EQ(judge(100, 5, 5, 4), StampVerdict::kUnknownProducer);
  EXPECT_EQ(judge(100, 5, 3, std::nullopt), StampVerdict::kUnknownProducer);
  EXPECT_EQ(judge(100, 5, 2, 2), StampVerdict::kFenced) << "a registration that was lost fences no less";
}

// Stamped appends, through the committer.
class ProducerJudgeTest : public ::testing::Test, public CoreFixture {
 protected:
  ProducerJudgeTest() {
    Register(log(), 1);
    Start();
  }
  static void Register(const LogPtr& at, uint64_t epoch, ProducerId id = kProducer) {
    at->producers().Put({.id = id, .name = "p" + std::to_string(id), .epoch = epoch});
  }
  Outcome Send(const wire::ProducerStamp& stamp, const std::vector<std::string>& records) {
    AppendRequest request = testing::MakeRequest(records);
    request.producer = stamp;
    return Submit(log(), std::move(request));
  }
  Outcome Send(const wire::ProducerStamp& stamp, int count) {
    std::vector<std::string> records;
    for (int i = 0; i < count; ++i)
      records.push_back(
          testing::NewRecord("c", std::to_string(stamp.first_sequence + static_cast<uint64_t>(i))));
    return Send(stamp, records);
  }
  static std::string Versioned(const std::string& key, uint64_t version, const std::string& id = "") {
    std::string record = testing::NewRecord("c", "text");
    wire::AppendBytesField(record, rf::kKey, key);
    wire::AppendVarintField(record, rf::kVersion, version);
    if (!id.empty()) wire::AppendBytesField(record, rf::kId, id);
    return record;
  }
  Outcome SendIfNewer(const wire::ProducerStamp& stamp, const std::vector<std::string>& records) {
    AppendRequest request = testing::MakeRequest(records);
    request.producer = stamp;
    request.conditions = AppendConditions{{}, {}, true};
    return Submit(log(), std::move(request));
  }
  // "+0 +1" appended, "=0" duplicate of 0, "~3" stale to 3; behind it the producer's next number.
  static std::string Result(Outcome outcome) {
    const auto answer = outcome.get();
    if (!answer.ok()) return ReasonText(answer.status());
    std::string text;
    for (uint32_t i = 0; answer->outcomes.empty() && i < answer->count; ++i)
      text += "+" + std::to_string(answer->first + i) + " ";
    for (const RecordOutcome& outcome : answer->outcomes) {
      text += outcome.kind == Kind::kAppended ? '+' : outcome.kind == Kind::kDuplicate ? '=' : '~';
      text += (outcome.sequence ? std::to_string(*outcome.sequence) : "?") + " ";
    }
    return text + "next " + std::to_string(answer->producer_next.value_or(UINT64_MAX));
  }
  Sequence End() { return log()->tail().committed_end(); }
  // The stamps in the log, by the sequence of the record that has them.
  std::map<Sequence, wire::ProducerStamp> Stamps() {
    std::map<Sequence, wire::ProducerStamp> stamps;
    const auto run = store.ReadForward(log()->number(), 0, UINT64_MAX, SIZE_MAX, ChannelFilter());
    for (const ChunkPtr& chunk : run->chunks) {
      wire::RecordsReader reader(chunk->records());
      std::string_view encoded;
      while (reader.Next(encoded)) {
        wire::FieldReader fields(encoded);
        wire::Field field;
        while (fields.Next(field)) {
          if (field.number != rf::kProducer) continue;
          stamps[wire::DecodeRecord(encoded)->sequence] = *wire::DecodeProducerStamp(field.bytes);
        }
      }
    }
    return stamps;
  }
};

TEST_F(ProducerJudgeTest, ABatchThatIsSentAgainIsAnsweredWithTheFirstAppend) {
  EXPECT_EQ(Result(Send(Stamp(0), 3)), "+0 +1 +2 next 3");
  EXPECT_EQ(Result(Send(Stamp(0), 3)), "=0 =1 =2 next 3");
  EXPECT_EQ(Result(Send(Stamp(3), 2)), "+3 +4 next 5");
  EXPECT_EQ(Result(Send(Stamp(0), 3)), "=0 =1 =2 next 3");
  EXPECT_EQ(Result(Send(Stamp(3), 2)), "=3 =4 next 5");
  EXPECT_EQ(End(), 5u);
  EXPECT_EQ(store.commits(), 2);
}

TEST_F(ProducerJudgeTest, TheStampStandsOnTheBatchsFirstRecord) {
  ASSERT_EQ(Result(Send(Stamp(0), 3)), "+0 +1 +2 next 3");
  ASSERT_TRUE(Append("unstamped").get().ok());
  ASSERT_EQ(Result(Send(Stamp(3), 1)), "+4 next 4");
  EXPECT_EQ(Stamps(),
            (std::map<Sequence, wire::ProducerStamp>{{0, {7, 1, 0, 3, ""}}, {4, {7, 1, 3, 1, ""}}}));
}

TEST_F(ProducerJudgeTest, AGapIsRefusedAndSaysWhatIsExpected) {
  ASSERT_EQ(Result(Send(Stamp(0), 3)), "+0 +1 +2 next 3");
  const auto status = Send(Stamp(4), 1).get().status();
  EXPECT_EQ(ReasonText(status), "PRODUCER_GAP");
  EXPECT_EQ(MetadataValue(status, "expected_sequence"), "3");
  EXPECT_EQ(Result(Send(Stamp(2), 2)), "INVALID_FIELD") << "one old and one new record";
  EXPECT_EQ(End(), 3u);
}

TEST_F(ProducerJudgeTest, SeveralBatchesOfAProducerFitInOneGroup) {
  std::vector<Outcome> sent;
  InOneGroup([&] {
    sent.push_back(Send(Stamp(0), 2));
    sent.push_back(Send(Stamp(2), 1));
    sent.push_back(Send(Stamp(0), 2));  // again
    sent.push_back(Send(Stamp(4), 1));  // a gap
    sent.push_back(Send(Stamp(3), 1));
    sent.push_back(Send(Stamp(4), 1));
  });
  std::vector<std::string> results;
  for (Outcome& outcome : sent) results.push_back(Result(std::move(outcome)));
  EXPECT_EQ(results, (std::vector<std::string>{"+1 +2 next 2", "+3 next 3", "=1 =2 next 2", "PRODUCER_GAP",
                                               "+4 next 4", "+5 next 5"}));
  EXPECT_EQ(store.commits(), 2) << "it was one group";
}

TEST_F(ProducerJudgeTest, ANewEpochFencesTheOlderAndKnowsItsBatches) {
  ASSERT_EQ(Result(Send(Stamp(0), 2)), "+0 +1 next 2");
  Register(log(), 2);
  const auto status = Send(Stamp(2), 1).get().status();
  EXPECT_EQ(ReasonText(status), "PRODUCER_FENCED");
  EXPECT_EQ(MetadataValue(status, "epoch"), "2");
  EXPECT_EQ(Result(Send(Stamp(0), 2)), "PRODUCER_FENCED") << "also what it had appended";
  EXPECT_EQ(Result(Send(Stamp(0, 2), 2)), "=0 =1 next 2");
  EXPECT_EQ(Result(Send(Stamp(2, 2), 1)), "+2 next 3");
}

TEST_F(ProducerJudgeTest, WhoIsNotRegisteredIsRefused) {
  EXPECT_EQ(Result(Send(Stamp(0, 1, 8), 1)), "UNKNOWN_PRODUCER");
  EXPECT_EQ(Result(Send(Stamp(0, 2), 1)), "UNKNOWN_PRODUCER") << "an epoch that was not given out";
  log()->producers().Remove(kProducer);
  EXPECT_EQ(Result(Send(Stamp(0), 1)), "UNKNOWN_PRODUCER");
  EXPECT_EQ(End(), 0u);
}

TEST_F(ProducerJudgeTest, ProducersOfALogAndOfOthersAreApart) {
  Register(log(), 1, 8);
  EXPECT_EQ(Result(Send(Stamp(0), 1)), "+0 next 1");
  EXPECT_EQ(Result(Send(Stamp(0, 1, 8), 1)), "+1 next 1");
  EXPECT_EQ(Result(Send(Stamp(1), 1)), "+2 next 2");
  EXPECT_EQ(Result(Send(Stamp(0, 1, 8), 1)), "=1 next 1");
}

TEST_F(ProducerJudgeTest, ARefusedBatchConsumesNoNumber) {
  AppendRequest request = testing::MakeRequest({testing::NewRecord("c", "text")});
  request.producer = Stamp(0);
  request.conditions = AppendConditions{5, {}, false};
  EXPECT_EQ(Result(Submit(log(), std::move(request))), "CONDITION_FAILED");
  EXPECT_EQ(Result(Send(Stamp(1), 1)), "PRODUCER_GAP");
  EXPECT_EQ(Result(Send(Stamp(0), 1)), "+0 next 1");
}

TEST_F(ProducerJudgeTest, ARepetitionIsADuplicateWhateverItsConditionSaysNow) {
  const auto put = [&](uint64_t first) {
    std::string record = testing::NewRecord("c", "text");
    wire::AppendBytesField(record, rf::kKey, "key");
    AppendRequest request = testing::MakeRequest({record});
    request.producer = Stamp(first);
    request.conditions = AppendConditions{{}, {{"c", "key", std::nullopt}}, false};
    return Submit(log(), std::move(request));
  };
  EXPECT_EQ(Result(put(0)), "+0 next 1");
  EXPECT_EQ(Result(put(0)), "=0 next 1");
  EXPECT_EQ(Result(put(1)), "CONDITION_FAILED");
}

TEST_F(ProducerJudgeTest, WhatOfABatchWasStaleIsRemembered) {
  ASSERT_EQ(Result(SendIfNewer(Stamp(0), {Versioned("a", 5)})), "+0 next 1");
  const std::vector<std::string> mixed{Versioned("a", 4), Versioned("b", 1), Versioned("a", 6),
                                       Versioned("a", 6)};
  EXPECT_EQ(Result(SendIfNewer(Stamp(1), mixed)), "~0 +1 +2 ~2 next 5");
  EXPECT_EQ(Stamps()[1], (wire::ProducerStamp{7, 1, 1, 4,
                                              PackOutcomes({BatchOutcome::kStale, BatchOutcome::kWritten,
                                                            BatchOutcome::kWritten, BatchOutcome::kStale})}));
  EXPECT_EQ(Result(SendIfNewer(Stamp(1), mixed)), "~2 =1 =2 ~2 next 5") << "stale to what the key is now";
  EXPECT_EQ(Result(SendIfNewer(Stamp(5), {Versioned("b", 2)})), "+3 next 6");
}

TEST_F(ProducerJudgeTest, ABatchOfWhichNothingIsWrittenConsumesNoNumber) {
  ASSERT_EQ(Result(SendIfNewer(Stamp(0), {Versioned("a", 5, "id")})), "+0 next 1");
  EXPECT_EQ(Result(SendIfNewer(Stamp(1), {Versioned("a", 4), Versioned("a", 5)})), "~0 ~0 next 1");
  EXPECT_EQ(Result(SendIfNewer(Stamp(1), {Versioned("b", 1, "id")})), "=0 next 1");
  EXPECT_EQ(Result(SendIfNewer(Stamp(1), {Versioned("a", 6)})), "+1 next 2");
}

TEST_F(ProducerJudgeTest, WhatOfABatchWasADuplicateByItsIdIsRemembered) {
  ASSERT_EQ(Result(SendIfNewer(Stamp(0), {Versioned("a", 1, "one")})), "+0 next 1");
  const std::vector<std::string> mixed{Versioned("b", 1, "one"), Versioned("c", 1, "two")};
  EXPECT_EQ(Result(SendIfNewer(Stamp(1), mixed)), "=0 +1 next 3");
  EXPECT_EQ(Result(SendIfNewer(Stamp(1), mixed)), "=0 =1 next 3");
  clock.wall_us += kDefaultDedupeWindowUs + 1;
  EXPECT_EQ(Result(SendIfNewer(Stamp(1), mixed)), "=? =1 next 3") << "the id is forgotten, the batch is not";
}

TEST_F(ProducerJudgeTest, WhatIsOlderThanWhatIsRememberedIsNotGuessed) {
  for (uint64_t i = 0; i < 2 * ProducerState::kMaxRuns; ++i) {
    ASSERT_EQ(Send(Stamp(i), 1).get()->first, 2 * i);
    ASSERT_TRUE(Append("between").get().ok());  // so that each batch is a run of its own
  }
  const auto status = Send(Stamp(0), 1).get().status();
  EXPECT_EQ(ReasonText(status), "PRODUCER_UNKNOWN_BATCH");
  EXPECT_EQ(MetadataValue(status, "oldest_sequence"), std::to_string(ProducerState::kMaxRuns));
  EXPECT_EQ(Result(Send(Stamp(ProducerState::kMaxRuns), 1)), "=64 next 33");
}

TEST_F(ProducerJudgeTest, OfAFailedCommitNothingIsBelieved) {
  ASSERT_EQ(Result(Send(Stamp(0), 1)), "+0 next 1");
  store.SetCommitFate(FakeStore::CommitFate::kFailed);
  EXPECT_EQ(Result(Send(Stamp(1), 1)), "STORE_FAILED");
  store.SetCommitFate(FakeStore::CommitFate::kWritten);
  store.AwaitRecoveryTries(1);
  EXPECT_EQ(Result(Send(Stamp(1), 1)), "+1 next 2");
}

TEST_F(ProducerJudgeTest, WhatAFailedCommitLeftInTheStoreIsFoundAgain) {
  ASSERT_EQ(Result(Send(Stamp(0), 1)), "+0 next 1");
  store.SetCommitFate(FakeStore::CommitFate::kFailedThoughWritten);
  EXPECT_EQ(Result(Send(Stamp(1), 1)), "STORE_FAILED");
  store.SetCommitFate(FakeStore::CommitFate::kWritten);
  store.AwaitRecoveryTries(1);
  EXPECT_EQ(Result(Send(Stamp(1), 1)), "=1 next 2");
  EXPECT_EQ(Result(Send(Stamp(2), 1)), "+2 next 3");
}

TEST_F(ProducerJudgeTest, ARepetitionIsAnsweredOnlyOnceItsFirstAppendIsDurable) {
  store.HoldCommits(true);
  auto held = Append("held");
  store.AwaitHeldCommits(1);
  auto first = Send(Stamp(0), 1);
  auto again = Send(Stamp(0), 1);
  store.SetCommitFate(FakeStore::CommitFate::kFailed);
  store.HoldCommits(false);
  EXPECT_EQ(Result(std::move(first)), "STORE_FAILED");
  EXPECT_EQ(Result(std::move(again)), "STORE_FAILED");
}

// Whatever is sent, lost, repeated, reordered or refused: each record is in the log at most once, in the
// order of its numbers, and every answer is right.
TEST_F(ProducerJudgeTest, EqualsAModelUnderRandomBatchesAndRestarts) {
  std::mt19937_64 random(3);
  struct Model {
    uint64_t epoch = 1;
    std::vector<Sequence> written;  // by number
  };
  std::map<ProducerId, Model> models;
  for (const ProducerId id : {1, 2, 3}) {
    Register(log(), 1, id);
    models[id];
  }
  int repeated = 0, forgotten = 0;
  for (int step = 0; step < 3000; ++step) {
    auto& [id, model] = *std::next(models.begin(), static_cast<ptrdiff_t>(random() % models.size()));
    if (random() % 100 == 0) {  // after which nothing that is in memory counts
      store.SetCommitFate(FakeStore::CommitFate::kFailed);
      ASSERT_EQ(Result(Send(Stamp(model.written.size(), model.epoch, id), 1)), "STORE_FAILED");
      store.SetCommitFate(FakeStore::CommitFate::kWritten);
    }
    if (random() % 50 == 0) Register(log(), ++model.epoch, id);
    const uint64_t next = model.written.size();
    // Mostly what comes next; else something recent, anything old, or a gap.
    const uint64_t kind = random() % 8;
    const uint64_t back = kind == 0 ? random() % (next + 1) : kind < 3 ? std::min(next, random() % 10) : 0;
    const uint64_t first = next - back + (random() % 20 == 0 ? random() % 3 : 0);
    const int count = 1 + static_cast<int>(random() % 5);
    const uint64_t end = first + static_cast<uint64_t>(count);
    const bool fenced = model.epoch > 1 && random() % 20 == 0;
    auto outcome = Send(Stamp(first, model.epoch - (fenced ? 1 : 0), id), count);
    const auto answer = outcome.get();
    const std::string reason = answer.ok() ? "" : ReasonText(answer.status());
    if (fenced) {
      ASSERT_EQ(reason, "PRODUCER_FENCED");
    } else if (first > next) {
      ASSERT_EQ(reason, "PRODUCER_GAP");
    } else if (first == next) {
      ASSERT_EQ(reason, "");
      ASSERT_EQ(answer->count, static_cast<uint32_t>(count));
      for (int i = 0; i < count; ++i) model.written.push_back(answer->first + static_cast<Sequence>(i));
    } else if (end > next) {
      ASSERT_EQ(reason, "INVALID_FIELD");
    } else if (reason == "PRODUCER_UNKNOWN_BATCH") {
      ++forgotten;
    } else {
      ASSERT_EQ(reason, "");
      ASSERT_EQ(answer->count, 0u);
      for (int i = 0; i < count; ++i) {
        const RecordOutcome& record = answer->outcomes[static_cast<size_t>(i)];
        ASSERT_EQ(record.kind, Kind::kDuplicate);
        ASSERT_EQ(record.sequence, model.written[first + static_cast<uint64_t>(i)]);
      }
      ++repeated;
    }
  }
  EXPECT_GT(repeated, 100);
  EXPECT_GT(forgotten, 10);
  Sequence total = 0;
  for (const auto& [id, model] : models) total += model.written.size();
  EXPECT_EQ(End(), total);
}

TEST(ProducerCache, KeepsTheMostRecentlyUsedWithinItsBound) {
  FakeStore store;
  const LogNumber log = store.MakeLog().descriptor.number;
  ProducerCache cache(store, 10'000);
  for (ProducerId id = 1; id <= 1000; ++id) {
    cache.Put(log, id, {.epoch = id});
    ASSERT_LE(cache.bytes(), 10'000u);
    ASSERT_EQ(cache.Get(log, 1)->epoch, 1u) << "it is used again and again";
  }
  EXPECT_EQ(store.reads(), 0);
  EXPECT_EQ(cache.Get(log, 2)->epoch, 0u) << "it went, and the store does not know it";
  EXPECT_EQ(store.reads(), 1);
  cache.Clear();
  EXPECT_EQ(cache.bytes(), 0u);
  EXPECT_EQ(cache.Get(log, 1)->epoch, 0u);
}

TEST(ProducerCache, HoldsOneHoweverLargeItIs) {
  FakeStore store;
  const LogNumber log = store.MakeLog().descriptor.number;
  ProducerCache cache(store, 10);
  ProducerState large;
  large.runs.push_back({0, 1, 0, std::string(100'000, 'x')});
  cache.Put(log, 1, large);
  cache.Put(log, 1, large);
  EXPECT_EQ(*cache.Get(log, 1), large);
  EXPECT_EQ(store.reads(), 0);
}

}  // namespace
}  // namespace replog
