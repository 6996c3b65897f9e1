#include "storage/model/producer_state.h"

#include <gtest/gtest.h>

#include <map>
#include <random>

namespace replog {
namespace {

using Outcome = ProducerState::Outcome;

wire::ProducerStamp Stamp(uint64_t first, uint32_t count, std::string outcomes = "", uint64_t epoch = 1) {
  return {.id = 7, .epoch = epoch, .first_sequence = first, .count = count, .outcomes = std::move(outcomes)};
}

// "5 6 - =" for written at 5 and 6, stale, duplicate.
std::string Text(const std::vector<Outcome>& outcomes) {
  std::string text;
  for (const Outcome& outcome : outcomes) {
    if (!text.empty()) text += ' ';
    if (outcome.kind == BatchOutcome::kWritten) text += std::to_string(outcome.sequence);
    if (outcome.kind == BatchOutcome::kStale) text += '-';
    if (outcome.kind == BatchOutcome::kDuplicate) text += '=';
  }
  return text;
}

constexpr auto kWritten = BatchOutcome::kWritten;
constexpr auto kStale = BatchOutcome::kStale;
constexpr auto kDuplicate = BatchOutcome::kDuplicate;

TEST(Outcomes, ArePackedTwoBitsEachAndNotAtAllWhenAllWereWritten) {
  EXPECT_EQ(PackOutcomes({}), "");
  EXPECT_EQ(PackOutcomes({kWritten, kWritten}), "");
  const std::string packed = PackOutcomes({kWritten, kStale, kDuplicate, kWritten, kStale});
  EXPECT_EQ(packed, std::string("\x24\x01", 2)) << "as the contract says";
  EXPECT_EQ(UnpackOutcome(packed, 0), kWritten);
  EXPECT_EQ(UnpackOutcome(packed, 1), kStale);
  EXPECT_EQ(UnpackOutcome(packed, 2), kDuplicate);
  EXPECT_EQ(UnpackOutcome(packed, 4), kStale);
  EXPECT_EQ(UnpackOutcome(packed, 1000), kWritten);
}

TEST(ProducerState, SaysWhereRecordsAreAlsoAcrossBatches) {
  ProducerState state;
  state.Apply(Stamp(0, 3), 10, 1);
  state.Apply(Stamp(3, 2), 20, 2);
  EXPECT_EQ(state.next, 5u);
  EXPECT_EQ(state.time_us, 2);
  EXPECT_EQ(Text(state.OutcomesOf(0, 3)), "10 11 12");
  EXPECT_EQ(Text(state.OutcomesOf(3, 2)), "20 21");
  EXPECT_EQ(Text(state.OutcomesOf(2, 2)), "12 20") << "a number is one record, whatever batch it comes in";
}

TEST(ProducerState, SaysWhichRecordsOfABatchWereNotWritten) {
  ProducerState state;
  state.Apply(Stamp(0, 5, PackOutcomes({kStale, kWritten, kDuplicate, kWritten, kStale})), 10, 1);
  state.Apply(Stamp(5, 1), 12, 2);
  EXPECT_EQ(Text(state.OutcomesOf(0, 6)), "- 10 = 11 - 12");
  EXPECT_EQ(Text(state.OutcomesOf(3, 2)), "11 -");
}

TEST(ProducerState, BatchesDirectlyBehindEachOtherAreOneRun) {
  ProducerState state;
  for (uint64_t i = 0; i < 1000; ++i) state.Apply(Stamp(i, 1), 100 + i, 1);
  EXPECT_EQ(state.runs.size(), 1u);
  EXPECT_EQ(state.oldest(), 0u) << "and all is remembered";
  EXPECT_LT(EncodeProducerState(state).size(), 20u);
  state.Apply(Stamp(1000, 1), 1101, 1);
  EXPECT_EQ(state.runs.size(), 2u);
}

TEST(ProducerState, TheNewestBatchesAreRememberedAndNoMore) {
  ProducerState state;
  for (uint64_t i = 0; i < 100; ++i) state.Apply(Stamp(i * 10, 10), i * 20, 1);
  EXPECT_EQ(state.runs.size(), ProducerState::kMaxRuns);
  EXPECT_EQ(state.oldest(), (100 - ProducerState::kMaxRuns) * 10);
  EXPECT_EQ(Text(state.OutcomesOf(998, 2)), "1988 1989");
}

TEST(ProducerState, WhatWasNotWrittenTakesBoundedRoom) {
  ProducerState state;
  std::vector<BatchOutcome> outcomes(100'000, kStale);
  outcomes[7] = kWritten;
  uint64_t next = 0;
  for (Sequence at = 0; at < 10; ++at, next += outcomes.size())
    state.Apply(Stamp(next, static_cast<uint32_t>(outcomes.size()), PackOutcomes(outcomes)), at, 1);
  EXPECT_EQ(state.runs.size(), 2u);
  EXPECT_LE(EncodeProducerState(state).size(), ProducerState::kMaxOutcomeBytes + 64);
  outcomes.assign(1 << 20, kStale);
  outcomes[7] = kWritten;
  state.Apply(Stamp(next, 1 << 20, PackOutcomes(outcomes)), 10, 1);
  EXPECT_EQ(state.runs.size(), 1u) << "the newest is always there";
  EXPECT_EQ(Text(state.OutcomesOf(next + 6, 3)), "- 10 -");
}

TEST(ProducerState, RoundTripsAsTheStoreKeepsIt) {
  EXPECT_EQ(DecodeProducerState(EncodeProducerState(ProducerState())), ProducerState());
  ProducerState state;
  state.Apply(Stamp(0, 3, PackOutcomes({kWritten, kStale, kWritten})), 1ull << 60, 1'700'000'000'000'000);
  state.Apply(Stamp(3, 1 << 20, "", 9), (1ull << 60) + 2, 1'700'000'000'000'001);
  state.Apply(Stamp((1 << 20) + 3, 2, "", UINT64_MAX), UINT64_MAX - 5, INT64_MAX);
  EXPECT_EQ(DecodeProducerState(EncodeProducerState(state)), state);
}

TEST(ProducerState, DamageIsFound) {
  ProducerState state;
  state.Apply(Stamp(0, 3, PackOutcomes({kWritten, kStale, kWritten})), 5, 1);
  const std::string whole = EncodeProducerState(state);
  for (size_t size = 0; size < whole.size(); ++size) EXPECT_FALSE(DecodeProducerState(whole.substr(0, size)));
  EXPECT_FALSE(DecodeProducerState(whole + "x"));
  EXPECT_FALSE(DecodeProducerState("\x02" + whole.substr(1))) << "another format";
}

// Random batches, against a plain list of what became of each record.
TEST(ProducerState, EqualsAListOfAllRecords) {
  std::mt19937_64 random(11);
  for (int round = 0; round < 200; ++round) {
    ProducerState state;
    std::vector<Outcome> all;
    Sequence end = random() % 1000;
    for (int batch = 0; batch < 80; ++batch) {
      end += random() % 3 == 0 ? random() % 5 : 0;  // of other producers
      std::vector<BatchOutcome> outcomes(1 + random() % 9, kWritten);
      if (random() % 4 == 0) {
        for (BatchOutcome& outcome : outcomes) outcome = static_cast<BatchOutcome>(random() % 3);
        outcomes[random() % outcomes.size()] = kWritten;
      }
      state.Apply(Stamp(all.size(), static_cast<uint32_t>(outcomes.size()), PackOutcomes(outcomes)), end, 1);
      for (const BatchOutcome outcome : outcomes) all.push_back({outcome, outcome == kWritten ? end++ : 0});
      if (random() % 3 == 0) state = *DecodeProducerState(EncodeProducerState(state));
      ASSERT_EQ(state.next, all.size());
      const uint64_t first = state.oldest() + random() % (all.size() - state.oldest());
      const uint64_t count = 1 + random() % (all.size() - first);
      const auto expected = std::vector<Outcome>(all.begin() + static_cast<ptrdiff_t>(first),
                                                 all.begin() + static_cast<ptrdiff_t>(first + count));
      ASSERT_EQ(Text(state.OutcomesOf(first, count)), Text(expected)) << "round " << round;
    }
  }
}

}  // namespace
}  // namespace replog
