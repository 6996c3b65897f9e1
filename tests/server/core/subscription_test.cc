#include "server/core/subscription.h"

#include <gtest/gtest.h>

#include "tests/server/core/records.h"

namespace replog {
namespace {

using Step = Subscription::Step;
using Kind = TailAnswer::Kind;
using testing::Decode;
using testing::MakeChunk;
using testing::ReasonText;
using testing::SequencesOf;
using List = std::vector<Sequence>;

constexpr int64_t kInterval = 10'000'000;

// Drives one subscription step by step; the test says what the tail and the store answer.
class SubscriptionTest : public ::testing::Test {
 protected:
  void Begin(Sequence next = 0, std::optional<Sequence> until = std::nullopt,
             std::vector<std::string> channels = {}, size_t max_frame_bytes = 256 << 10, Epoch epoch = 0) {
    Subscription::Options options;
    options.start = {"uuid", 0, epoch, next};
    options.until = until;
    options.filter = ChannelFilter(channels);
    options.max_frame_bytes = max_frame_bytes;
    options.bookmark_interval_us = kInterval;
    subscription_.emplace(std::move(options), now_us_);
  }
  Step Next() { return subscription_->Next(now_us_); }
  Frame Take() {
    EXPECT_EQ(Next(), Step::kSend);
    return subscription_->TakeFrame(now_us_);
  }
  void Batch(std::vector<ChunkPtr> chunks, Sequence end) {
    Tail({Kind::kBatch, std::move(chunks), end, first_kept_, {}});
  }
  void AtTheEnd(Sequence end) { Tail({Kind::kWait, {}, end, first_kept_, {}}); }
  void Behind(Sequence end) { Tail({Kind::kBehind, {}, end, first_kept_, {}}); }
  void Stored(std::vector<ChunkPtr> chunks, Sequence next, Epoch epoch = 1) {
    ASSERT_EQ(Next(), Step::kReadStore);
    subscription_->OnStore(ChunkRun{std::move(chunks), next}, first_kept_, epoch);
  }

  std::optional<Subscription> subscription_;
  Sequence first_kept_ = 0;
  int64_t now_us_ = 1'000'000;

 private:
  void Tail(TailAnswer answer) {
    ASSERT_EQ(Next(), Step::kAskTail);
    subscription_->OnTail(std::move(answer));
  }
};

TEST_F(SubscriptionTest, OfAnEmptyLogSaysCaughtUpAtOnceAndWaits) {
  Begin();
  AtTheEnd(0);
  const Frame frame = Take();
  EXPECT_TRUE(frame.caught_up);
  EXPECT_TRUE(frame.records.empty());
  EXPECT_EQ(frame.next_sequence, 0u);
  EXPECT_EQ(frame.committed_end, 0u);
  ASSERT_TRUE(frame.position.has_value());
  EXPECT_EQ(frame.position->log_uuid, "uuid");
  EXPECT_EQ(frame.first_kept, 0u);
  EXPECT_EQ(Next(), Step::kWait);
}

TEST_F(SubscriptionTest, SendsWhatTheTailHasAndSaysCaughtUpOnTheFrameThatGetsThere) {
  Begin();
  Batch({MakeChunk(0, {"a", "b"}), MakeChunk(2, {"a"})}, 3);
  const Frame frame = Take();
  EXPECT_EQ(SequencesOf(Decode(frame)), (List{0, 1, 2}));
  EXPECT_EQ(frame.next_sequence, 3u);
  EXPECT_EQ(frame.committed_end, 3u);
  EXPECT_TRUE(frame.caught_up);
  AtTheEnd(3);
  EXPECT_EQ(Next(), Step::kWait);
}

TEST_F(SubscriptionTest, SaysCaughtUpOnEachArrivalAtTheEndAndNotBefore) {
  Begin();
  Batch({MakeChunk(0, {"a"})}, 2);
  EXPECT_FALSE(Take().caught_up) << "there is one more";
  Batch({MakeChunk(1, {"a"})}, 2);
  EXPECT_TRUE(Take().caught_up);
  AtTheEnd(2);
  ASSERT_EQ(Next(), Step::kWait);
  subscription_->OnWake();
  Batch({MakeChunk(2, {"a"})}, 4);
  EXPECT_FALSE(Take().caught_up);
  Batch({MakeChunk(3, {"a"})}, 4);
  EXPECT_TRUE(Take().caught_up);
}

TEST_F(SubscriptionTest, WakesOnlyToAskAgain) {
  Begin();
  AtTheEnd(0);
  Take();
  ASSERT_EQ(Next(), Step::kWait);
  subscription_->OnWake();
  AtTheEnd(0);
  EXPECT_EQ(Next(), Step::kWait) << "nothing new, nothing to say";
}

TEST_F(SubscriptionTest, ReadsTheStoreWhenBehindAndThenAsksTheTailAgain) {
  Begin();
  Behind(4);
  Stored({MakeChunk(0, {"a", "a"})}, 2);
  const Frame first = Take();
  EXPECT_EQ(SequencesOf(Decode(first)), (List{0, 1}));
  EXPECT_FALSE(first.caught_up);
  Behind(4);
  Stored({MakeChunk(2, {"a", "a"})}, 4);
  const Frame second = Take();
  EXPECT_EQ(SequencesOf(Decode(second)), (List{2, 3}));
  EXPECT_FALSE(second.caught_up) << "the store does not know the end as it is now";
  AtTheEnd(4);
  const Frame third = Take();
  EXPECT_TRUE(third.caught_up);
  EXPECT_TRUE(third.records.empty());
}

TEST_F(SubscriptionTest, SkipsWhatLiesBeforeItsStartInTheFirstChunk) {
  Begin(2);
  Batch({MakeChunk(0, {"a", "a", "a", "a"})}, 4);
  EXPECT_EQ(SequencesOf(Decode(Take())), (List{2, 3}));
}

TEST_F(SubscriptionTest, SendsABookmarkWhenNothingMatched) {
  Begin(0, std::nullopt, {"wanted"});
  Batch({MakeChunk(0, {"a", "b"})}, 2);
  EXPECT_TRUE(Take().caught_up);
  AtTheEnd(2);
  ASSERT_EQ(Next(), Step::kWait);
  EXPECT_EQ(subscription_->bookmark_at_us(), now_us_ + kInterval);
  now_us_ += kInterval - 1;
  EXPECT_EQ(Next(), Step::kWait);
  now_us_ += 1;
  const Frame bookmark = Take();
  EXPECT_TRUE(bookmark.records.empty());
  EXPECT_EQ(bookmark.next_sequence, 2u);
  EXPECT_EQ(bookmark.committed_end, 2u);
  EXPECT_FALSE(bookmark.position.has_value()) << "nothing of it changed";
  EXPECT_EQ(subscription_->bookmark_at_us(), now_us_ + kInterval);
  EXPECT_EQ(Next(), Step::kWait);
}

TEST_F(SubscriptionTest, SaysCaughtUpAgainWhenItPassedOverWhatDoesNotMatch) {
  constexpr int64_t kSpacing = 250'000;
  Begin(0, std::nullopt, {"wanted"});
  AtTheEnd(0);
  EXPECT_TRUE(Take().caught_up);
  ASSERT_EQ(Next(), Step::kWait);
  EXPECT_EQ(subscription_->caught_up_at_us(), std::nullopt) << "that was said";
  subscription_->OnWake();
  Batch({MakeChunk(0, {"other"})}, 1);
  AtTheEnd(1);
  ASSERT_EQ(Next(), Step::kWait) << "not a frame for each record of others";
  EXPECT_EQ(subscription_->caught_up_at_us(), now_us_ + kSpacing);
  subscription_->OnWake();
  Batch({MakeChunk(1, {"other"})}, 2);
  AtTheEnd(2);
  ASSERT_EQ(Next(), Step::kWait);
  EXPECT_EQ(subscription_->caught_up_at_us(), now_us_ + kSpacing) << "put off by nothing";
  now_us_ += kSpacing;
  const Frame frame = Take();
  EXPECT_TRUE(frame.caught_up);
  EXPECT_TRUE(frame.records.empty());
  EXPECT_EQ(frame.next_sequence, 2u);
  EXPECT_EQ(Next(), Step::kWait);
  EXPECT_EQ(subscription_->caught_up_at_us(), std::nullopt);
}

TEST_F(SubscriptionTest, SaysCaughtUpAgainAtOnceAfterAPauseAndWhenSomebodyWaits) {
  Begin(0, std::nullopt, {"wanted"});
  AtTheEnd(0);
  Take();
  ASSERT_EQ(Next(), Step::kWait);
  now_us_ += 1'000'000;
  subscription_->OnWake();
  Batch({MakeChunk(0, {"other"})}, 1);
  EXPECT_TRUE(Take().caught_up);
  AtTheEnd(1);
  ASSERT_EQ(Next(), Step::kWait);
  subscription_->AskToAcknowledge(1);
  subscription_->OnWake();
  Batch({MakeChunk(1, {"other"})}, 2);
  const Frame asked = Take();
  EXPECT_TRUE(asked.caught_up);
  EXPECT_TRUE(asked.acknowledge);
}

TEST_F(SubscriptionTest, SendsABookmarkAlsoWhileItReadsThroughAStoreWithoutAMatch) {
  Begin(0, std::nullopt, {"wanted"});
  Behind(100);
  Stored({}, 50);
  now_us_ += kInterval;
  Behind(100);
  const Frame bookmark = Take();
  EXPECT_EQ(bookmark.next_sequence, 50u);
  EXPECT_FALSE(bookmark.caught_up);
  EXPECT_EQ(Next(), Step::kReadStore);
}

TEST_F(SubscriptionTest, GathersTheFewMatchesOfSeveralReadsInOneFrame) {
  Begin(0, std::nullopt, {"wanted"});
  for (Sequence first = 0; first < 6; first += 2) {
    Behind(6);
    Stored({MakeChunk(first, {"wanted", "other"})}, first + 2);
  }
  AtTheEnd(6);
  const Frame frame = Take();
  EXPECT_EQ(SequencesOf(Decode(frame)), (List{0, 2, 4}));
  EXPECT_EQ(frame.next_sequence, 6u);
  EXPECT_TRUE(frame.caught_up);
}

TEST_F(SubscriptionTest, SendsWhatItGatheredAfterSomeReadsAlsoWhenItIsLittle) {
  Begin(0, std::nullopt, {"wanted"});
  Sequence first = 0;
  for (int reads = 0; reads < 1'000; ++reads, first += 2) {
    Behind(10'000);
    Stored({MakeChunk(first, {"wanted", "other"})}, first + 2);
    if (Next() == Step::kSend) break;
  }
  const auto sent = SequencesOf(Decode(Take()));
  EXPECT_GT(sent.size(), 1u);
  EXPECT_LT(sent.size(), 100u);
}

TEST_F(SubscriptionTest, ReadsNothingTwiceWhenTheNextMatchDoesNotFitTheFrame) {
  Begin(0, std::nullopt, {"wanted"}, 4 << 10);
  Behind(4);
  Stored({MakeChunk(0, {"wanted", "other"}), MakeChunk(2, {"wanted"}, 1, 1'000'000, 5'000)}, 3);
  EXPECT_EQ(SequencesOf(Decode(Take())), (List{0}));
  EXPECT_EQ(SequencesOf(Decode(Take())), (List{2}));
}

TEST_F(SubscriptionTest, SendsWhatTheTailHasAtOnceHoweverLittleItIs) {
  Begin(0, std::nullopt, {"wanted"});
  Behind(4);
  Stored({MakeChunk(0, {"wanted", "other"})}, 2);
  Batch({MakeChunk(2, {"wanted", "other"})}, 4);
  EXPECT_EQ(SequencesOf(Decode(Take())), (List{0, 2}));
}

TEST_F(SubscriptionTest, StopsBeforeUntil) {
  Begin(0, 3);
  Batch({MakeChunk(0, {"a", "a"}), MakeChunk(2, {"a", "a"})}, 9);
  const Frame frame = Take();
  EXPECT_EQ(SequencesOf(Decode(frame)), (List{0, 1, 2}));
  EXPECT_EQ(frame.next_sequence, 3u);
  EXPECT_EQ(Next(), Step::kFinish);
  EXPECT_TRUE(subscription_->status().ok());
}

TEST_F(SubscriptionTest, SaysWhereItStoodBeforeItStopsAlsoWhenNothingMatched) {
  Begin(0, 3, {"wanted"});
  Batch({MakeChunk(0, {"a", "a", "a", "a"})}, 9);
  const Frame frame = Take();
  EXPECT_TRUE(frame.records.empty());
  EXPECT_EQ(frame.next_sequence, 3u) << "not past until";
  EXPECT_EQ(Next(), Step::kFinish);
}

TEST_F(SubscriptionTest, WaitsForAnUntilThatLiesInTheFuture) {
  Begin(0, 2);
  Batch({MakeChunk(0, {"a"})}, 1);
  EXPECT_TRUE(Take().caught_up);
  AtTheEnd(1);
  ASSERT_EQ(Next(), Step::kWait);
  subscription_->OnWake();
  Batch({MakeChunk(1, {"a", "a"})}, 3);
  EXPECT_EQ(SequencesOf(Decode(Take())), (List{1}));
  EXPECT_EQ(Next(), Step::kFinish);
}

TEST_F(SubscriptionTest, EndsAtOnceWhenUntilIsNotAfterTheStart) {
  for (const Sequence until : {0, 4, 5}) {
    Begin(5, until);
    Behind(9);
    const Frame frame = Take();
    EXPECT_EQ(frame.next_sequence, 5u) << "never back";
    EXPECT_EQ(frame.committed_end, 9u) << "and it says where the log stands";
    EXPECT_TRUE(frame.records.empty());
    EXPECT_EQ(Next(), Step::kFinish);
    EXPECT_TRUE(subscription_->status().ok());
  }
}

TEST_F(SubscriptionTest, AsksTheStoreForNoMoreThanUntil) {
  Begin(0, 3);
  Behind(100);
  EXPECT_EQ(subscription_->read_until(), 3u);
  Begin(0, 300);
  Behind(100);
  EXPECT_EQ(subscription_->read_until(), 100u);
}

TEST_F(SubscriptionTest, EndsWithTheFirstKeptSequenceWhenWhatComesNextWasTrimmed) {
  Begin();
  first_kept_ = 7;
  Behind(10);
  ASSERT_EQ(Next(), Step::kFinish);
  EXPECT_EQ(ReasonText(subscription_->status()), "BELOW_FIRST_KEPT");
  EXPECT_EQ(testing::MetadataValue(subscription_->status(), "first_kept_sequence"), "7");
}

TEST_F(SubscriptionTest, TakesATrimDuringAReadForATrimAndNotForDamage) {
  Begin();
  Behind(10);
  ASSERT_EQ(Next(), Step::kReadStore);
  subscription_->OnStore(MakeError(Reason::kCorruptChunk, "a chunk is missing"), 5, 0);
  ASSERT_EQ(Next(), Step::kFinish);
  EXPECT_EQ(ReasonText(subscription_->status()), "BELOW_FIRST_KEPT");
}

TEST_F(SubscriptionTest, EndsWithDamageWhenTheStoreMetIt) {
  Begin();
  Behind(10);
  ASSERT_EQ(Next(), Step::kReadStore);
  subscription_->OnStore(MakeError(Reason::kCorruptChunk, "checksum"), 0, 0);
  ASSERT_EQ(Next(), Step::kFinish);
  EXPECT_EQ(ReasonText(subscription_->status()), "CORRUPT_CHUNK");
}

TEST_F(SubscriptionTest, TakesChunksWholeInPartAndNotAtAll) {
  Begin(0, std::nullopt, {"a", "x*"});
  Batch({MakeChunk(0, {"a", "a"}), MakeChunk(2, {"a", "b", "xyz", "b"}), MakeChunk(6, {"b", "c"})}, 8);
  const Frame frame = Take();
  EXPECT_EQ(SequencesOf(Decode(frame)), (List{0, 1, 2, 4}));
  EXPECT_EQ(frame.next_sequence, 8u);
  EXPECT_TRUE(frame.caught_up);
}

TEST_F(SubscriptionTest, ACutFrameGoesOnExactlyWhereItWasCut) {
  const auto chunk = MakeChunk(0, {"a", "a", "a", "a", "a"}, 1, 1'000'000, 2000);
  Begin(0, std::nullopt, {}, 4096);
  Batch({chunk}, 5);
  std::vector<Sequence> seen;
  std::string bytes;
  while (Next() == Step::kSend) {
    const Frame frame = subscription_->TakeFrame(now_us_);
    const std::string piece = testing::BytesOf(frame);
    EXPECT_LE(piece.size(), 4096u);
    EXPECT_FALSE(piece.empty());
    bytes += piece;
    seen.push_back(frame.next_sequence);
    EXPECT_EQ(frame.caught_up, frame.next_sequence == 5);
  }
  EXPECT_EQ(seen, (List{2, 4, 5}));
  EXPECT_EQ(bytes, chunk->records());
}

TEST_F(SubscriptionTest, ALargerRecordComesInAFrameOfItsOwn) {
  Begin(0, std::nullopt, {}, 4096);
  Batch({MakeChunk(0, {"a"}), MakeChunk(1, {"a"}, 1, 1'000'000, 9000), MakeChunk(2, {"a"})}, 3);
  EXPECT_EQ(SequencesOf(Decode(Take())), (List{0}));
  EXPECT_EQ(SequencesOf(Decode(Take())), (List{1}));
  EXPECT_EQ(SequencesOf(Decode(Take())), (List{2}));
}

TEST_F(SubscriptionTest, GivesAPositionWheneverTheEpochChanges) {
  Begin();
  Batch({MakeChunk(0, {"a"}, 1)}, 1);
  EXPECT_EQ(Take().position->epoch, 1u);
  AtTheEnd(1);
  subscription_->OnWake();
  Batch({MakeChunk(1, {"a"}, 1)}, 2);
  EXPECT_FALSE(Take().position.has_value());
  Batch({MakeChunk(2, {"a"}, 4)}, 3);
  const Frame frame = Take();
  ASSERT_TRUE(frame.position.has_value());
  EXPECT_EQ(frame.position->epoch, 4u);
  EXPECT_EQ(frame.position->next_sequence, 3u);
}

TEST_F(SubscriptionTest, APositionHasTheEpochOfTheRecordBeforeItAlsoWhereAFrameWasCut) {
  Begin(0, std::nullopt, {}, 4096);
  Batch({MakeChunk(0, {"a"}, 1, 1, 3000), MakeChunk(1, {"a"}, 2, 1, 3000)}, 2);
  const Frame first = Take();
  EXPECT_EQ(first.next_sequence, 1u);
  EXPECT_EQ(first.position->epoch, 1u);
  const Frame second = Take();
  EXPECT_EQ(second.position->epoch, 2u);
}

TEST_F(SubscriptionTest, APositionHasTheEpochOfTheRecordBeforeItAlsoWhereNothingMatched) {
  Begin(0, 10, {"a"});
  Behind(20);
  Stored({MakeChunk(0, {"a"}, 1)}, 10, 3);
  const Frame frame = Take();
  EXPECT_EQ(frame.next_sequence, 10u);
  ASSERT_TRUE(frame.position.has_value());
  EXPECT_EQ(frame.position->epoch, 3u) << "of record 9, which was passed over unseen";
}

TEST_F(SubscriptionTest, SaysTheFirstKeptSequenceWheneverItChanges) {
  Begin(8);
  AtTheEnd(8);
  EXPECT_EQ(Take().first_kept, 0u);
  first_kept_ = 5;
  subscription_->OnWake();
  Batch({MakeChunk(8, {"a"})}, 9);
  EXPECT_EQ(Take().first_kept, 5u);
  Batch({MakeChunk(9, {"a"})}, 10);
  EXPECT_FALSE(Take().first_kept.has_value());
}

// Reads a table that stood at sequence 10.
class TableSubscriptionTest : public SubscriptionTest {
 protected:
  void BeginTable(std::optional<Sequence> until = std::nullopt) {
    Subscription::Options options;
    options.until = until;
    options.start = {"uuid", 0, 1, 10};
    options.table = true;
    options.table_epoch = 1;
    options.bookmark_interval_us = kInterval;
    subscription_.emplace(std::move(options), now_us_);
  }
  void Slice(std::vector<Sequence> sequences, bool complete, Sequence committed_end) {
    ASSERT_EQ(Next(), Step::kReadTable);
    TableSlice slice;
    for (const Sequence sequence : sequences) slice.records += MakeChunk(sequence, {"a"})->records();
    slice.count = static_cast<uint32_t>(sequences.size());
    slice.end = {true, "a", "k" + std::to_string(reads_++)};
    slice.complete = complete;
    slice.passed_over_end = passed_over_end_;
    subscription_->OnTable(std::move(slice), committed_end, first_kept_, epoch_);
  }
  int reads_ = 0;
  Sequence passed_over_end_ = 0;
  Epoch epoch_ = 1;
};

TEST_F(TableSubscriptionTest, GivesTheTableSliceBySliceAndThenTheLog) {
  BeginTable();
  EXPECT_EQ(subscription_->table_scan().before_sequence, 10u);
  EXPECT_FALSE(subscription_->table_scan().after.begun);
  Slice({7, 2}, false, 10);
  EXPECT_EQ(subscription_->table_scan().after.key, "k0");
  const Frame first = Take();
  EXPECT_EQ(SequencesOf(Decode(first)), (List{7, 2}));
  EXPECT_FALSE(first.table_complete);
  EXPECT_EQ(first.next_sequence, 10u);
  EXPECT_TRUE(first.position.has_value());
  Slice({5}, true, 12);
  const Frame second = Take();
  EXPECT_FALSE(second.table_complete) << "what came meanwhile is missing";
  Batch({MakeChunk(10, {"a"})}, 12);
  EXPECT_FALSE(Take().table_complete);
  Batch({MakeChunk(11, {"a", "a"})}, 13);
  const Frame complete = Take();
  EXPECT_TRUE(complete.table_complete);
  EXPECT_EQ(complete.next_sequence, 13u);
  EXPECT_TRUE(complete.caught_up);
  AtTheEnd(13);
  EXPECT_EQ(Next(), Step::kWait);
}

TEST_F(TableSubscriptionTest, SaysCompleteWithTheLastSliceWhenNothingCameMeanwhile) {
  BeginTable();
  Slice({5}, true, 10);
  EXPECT_TRUE(Take().table_complete);
  AtTheEnd(10);
  const Frame caught_up = Take();
  EXPECT_TRUE(caught_up.caught_up);
  EXPECT_FALSE(caught_up.table_complete) << "it is said once";
}

TEST_F(TableSubscriptionTest, DoesNotStopBeforeItIsComplete) {
  BeginTable(/*until=*/3);
  Slice({5}, true, 12);
  EXPECT_FALSE(Take().table_complete);
  Batch({MakeChunk(10, {"a", "a", "a"})}, 13);
  const Frame last = Take();
  EXPECT_TRUE(last.table_complete);
  EXPECT_EQ(SequencesOf(Decode(last)), (List{10, 11}));
  EXPECT_EQ(Next(), Step::kFinish);
  EXPECT_TRUE(subscription_->status().ok());
}

TEST_F(TableSubscriptionTest, SaysCompleteOfAnEmptyTable) {
  BeginTable();
  Slice({}, true, 10);
  AtTheEnd(10);
  const Frame frame = Take();
  EXPECT_TRUE(frame.table_complete);
  EXPECT_TRUE(frame.caught_up);
}

TEST_F(TableSubscriptionTest, ReadsOnOverSlicesWithoutARecordAndSendsABookmarkInTime) {
  BeginTable();
  Slice({}, false, 10);
  ASSERT_EQ(Next(), Step::kReadTable);
  now_us_ += kInterval;
  EXPECT_TRUE(Take().records.empty());
  EXPECT_EQ(Next(), Step::kReadTable);
}

TEST_F(TableSubscriptionTest, EndsWhenTheLogIsTrimmedPastItsBeginning) {
  BeginTable();
  first_kept_ = 11;
  Slice({5}, false, 12);
  EXPECT_EQ(Next(), Step::kFinish);
  EXPECT_EQ(ReasonText(subscription_->status()), "BELOW_FIRST_KEPT");
}

TEST_F(TableSubscriptionTest, IsNotCompleteBeforeWhatItsReaderWasPassedOverForHasCome) {
  BeginTable();
  // Record 10 is in the store and not committed yet.
  passed_over_end_ = 11;
  Slice({5}, false, 10);
  passed_over_end_ = 0;
  EXPECT_FALSE(Take().table_complete);
  Slice({6}, true, 10);
  EXPECT_FALSE(Take().table_complete);
  AtTheEnd(10);
  EXPECT_FALSE(Take().table_complete);
  subscription_->OnWake();
  Batch({MakeChunk(10, {"a"})}, 11);
  EXPECT_TRUE(Take().table_complete);
}

TEST_F(TableSubscriptionTest, EndsWhenARecoveryMayHaveTakenAwayWhatItWasPassedOverFor) {
  BeginTable();
  epoch_ = 2;
  Slice({5}, false, 10);
  EXPECT_EQ(Next(), Step::kFinish);
  EXPECT_EQ(ReasonText(subscription_->status()), "STORE_RECOVERING");

  BeginTable();
  epoch_ = 1;
  passed_over_end_ = 11;
  Slice({}, true, 10);
  Batch({MakeChunk(10, {"a"}, /*epoch=*/2)}, 11);
  EXPECT_EQ(Next(), Step::kFinish);
  EXPECT_EQ(ReasonText(subscription_->status()), "STORE_RECOVERING");
}

TEST_F(TableSubscriptionTest, EndsWithTheDamageThatTheStoreMet) {
  BeginTable();
  ASSERT_EQ(Next(), Step::kReadTable);
  subscription_->OnTable(MakeError(Reason::kCorruptChunk, "damaged"), 10, 0, 1);
  EXPECT_EQ(Next(), Step::kFinish);
  EXPECT_EQ(ReasonText(subscription_->status()), "CORRUPT_CHUNK");
}

TEST_F(SubscriptionTest, EndsWhenTheTailIsClosed) {
  Begin();
  ASSERT_EQ(Next(), Step::kAskTail);
  subscription_->OnTail({Kind::kClosed, {}, 0, 0, MakeError(Reason::kShuttingDown, "bye")});
  ASSERT_EQ(Next(), Step::kFinish);
  EXPECT_EQ(ReasonText(subscription_->status()), "SHUTTING_DOWN");
}

TEST_F(SubscriptionTest, KeepsTheFirstReasonOfItsEnd) {
  Begin();
  AtTheEnd(0);
  subscription_->End(MakeError(Reason::kCancelled, "gone"));
  subscription_->End(MakeError(Reason::kShuttingDown, "bye"));
  subscription_->OnStore(ChunkRun{{MakeChunk(0, {"a"})}, 1}, 0, 1);  // a read that was under way
  ASSERT_EQ(Next(), Step::kFinish);
  EXPECT_EQ(ReasonText(subscription_->status()), "CANCELLED");
}

TEST_F(SubscriptionTest, AsksForAnAcknowledgementWithTheFrameThatBringsTheRecord) {
  Begin();
  subscription_->AskToAcknowledge(3);
  Batch({MakeChunk(0, {"a", "a"})}, 4);
  EXPECT_FALSE(Take().acknowledge) << "record 3 was not sent yet";
  Batch({MakeChunk(2, {"a", "a"})}, 4);
  EXPECT_TRUE(Take().acknowledge);
  AtTheEnd(4);
  ASSERT_EQ(Next(), Step::kWait);
  subscription_->AskToAcknowledge(0);
  const Frame at_once = Take();
  EXPECT_TRUE(at_once.acknowledge);
  EXPECT_TRUE(at_once.records.empty());
  EXPECT_EQ(Next(), Step::kWait) << "asked once";
}

TEST(AskedTargetsTest, TheSmallestOfTooManyIsCoveredByTheNext) {
  AskedTargets targets;
  for (Sequence target = 0; target < 1'000; ++target) targets.Add(target);
  EXPECT_EQ(targets.all().size(), AskedTargets::kMost);
  EXPECT_FALSE(targets.AnyBefore(1'000 - AskedTargets::kMost));
  EXPECT_TRUE(targets.AnyBefore(1'000 - AskedTargets::kMost + 1)) << "the smallest that is left";
  targets.DropBefore(999);
  EXPECT_FALSE(targets.AnyBefore(999));
  EXPECT_TRUE(targets.AnyBefore(1'000)) << "the largest is never dropped";
}

TEST_F(SubscriptionTest, AFrameEndsExactlyAtACheckpoint) {
  Begin();
  subscription_->EndFrameAt(2, 1);
  Batch({MakeChunk(0, {"a", "a"}), MakeChunk(2, {"a", "a"})}, 4);
  const Frame checkpoint = Take();
  EXPECT_EQ(SequencesOf(Decode(checkpoint)), (List{0, 1}));
  EXPECT_TRUE(checkpoint.digest_checkpoint);
  EXPECT_EQ(checkpoint.next_sequence, 2u);
  const Frame rest = Take();
  EXPECT_EQ(SequencesOf(Decode(rest)), (List{2, 3}));
  EXPECT_FALSE(rest.digest_checkpoint);
}

TEST_F(SubscriptionTest, ACheckpointWhereAReaderWaitsIsSaidAtOnce) {
  Begin();
  AtTheEnd(0);
  Take();
  ASSERT_EQ(Next(), Step::kWait);
  subscription_->EndFrameAt(0, 0);
  EXPECT_TRUE(Take().digest_checkpoint);
  EXPECT_EQ(Next(), Step::kWait);
}

TEST_F(SubscriptionTest, AFilteredReadDoesNotPassOverACheckpoint) {
  Begin(0, std::nullopt, {"b"});
  Behind(100);
  subscription_->EndFrameAt(40, 3);
  Stored({MakeChunk(10, {"b"}), MakeChunk(60, {"b"})}, 100, 5);
  const Frame checkpoint = Take();
  EXPECT_EQ(SequencesOf(Decode(checkpoint)), (List{10}));
  EXPECT_TRUE(checkpoint.digest_checkpoint);
  EXPECT_EQ(checkpoint.next_sequence, 40u);
  ASSERT_TRUE(checkpoint.position.has_value());
  EXPECT_EQ(checkpoint.position->epoch, 3u);
  const Frame rest = Take();
  EXPECT_EQ(SequencesOf(Decode(rest)), (List{60}));
  EXPECT_EQ(rest.next_sequence, 100u);
}

TEST_F(SubscriptionTest, ACheckpointAmongWhatDoesNotMatchIsSaidToo) {
  Begin(0, std::nullopt, {"b"});
  Behind(100);
  subscription_->EndFrameAt(40, 3);
  Stored({}, 100, 5);
  Behind(100);
  const Frame checkpoint = Take();
  EXPECT_TRUE(checkpoint.digest_checkpoint);
  EXPECT_EQ(checkpoint.next_sequence, 40u);
  EXPECT_EQ(subscription_->next(), 100u) << "what was passed over need not be read again";
}

TEST_F(SubscriptionTest, ACheckpointThatWasPassedIsNone) {
  Begin(5);
  subscription_->EndFrameAt(3, 1);
  AtTheEnd(5);
  EXPECT_FALSE(Take().digest_checkpoint);
  EXPECT_EQ(Next(), Step::kWait);
}

}  // namespace
}  // namespace replog
