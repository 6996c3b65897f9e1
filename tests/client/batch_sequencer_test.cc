#include "client/internal/batch_sequencer.h"

#include <gtest/gtest.h>

#include <map>
#include <random>
#include <set>

namespace replog::client::internal {
namespace {

using Verdict = BatchSequencer::Verdict;
using Need = BatchSequencer::Need;

Batch MakeBatch(uint64_t first_index, uint64_t count = 1) {
  Batch batch;
  batch.first_index = first_index;
  batch.count = count;
  return batch;
}

// The stamp of a request that went out.
v1::ProducerStamp StampOf(const std::string& field) {
  v1::AppendRequest request;
  EXPECT_TRUE(request.ParseFromString(field));
  return request.producer();
}

v1::AppendStreamResponse Appended(uint64_t producer_next) {
  v1::AppendStreamResponse answer;
  answer.mutable_appended()->set_producer_next_sequence(producer_next);
  return answer;
}

Status Error(const std::string& reason, StatusCode code = StatusCode::kFailedPrecondition) {
  return {code, "scripted", reason};
}

class BatchSequencerTest : public testing::Test {
 protected:
  // Sends a batch of `count` records and returns its number.
  uint64_t Send(uint64_t index, uint64_t count = 1) {
    EXPECT_EQ(sequencer_.need(), Need::kNothing);
    return StampOf(sequencer_.Send(MakeBatch(index, count))).first_sequence();
  }
  uint64_t SendAgain() {
    EXPECT_EQ(sequencer_.need(), Need::kNothing);
    EXPECT_TRUE(sequencer_.has_resends());
    return StampOf(sequencer_.SendAgain()).first_sequence();
  }
  Verdict Acknowledge(uint64_t producer_next) { return Answer(Appended(producer_next), {}); }
  Verdict Refuse(const std::string& reason, StatusCode code = StatusCode::kFailedPrecondition) {
    return Answer({}, Error(reason, code));
  }
  Verdict Answer(const v1::AppendStreamResponse& answer, const Status& error) {
    const Verdict verdict = sequencer_.OnAnswer(answer, error);
    if (verdict == Verdict::kOutcome) done_.push_back(sequencer_.TakeAnswered().first_index);
    return verdict;
  }

  BatchSequencer sequencer_{true};
  std::vector<uint64_t> done_;  // indexes of the batches that have an outcome
};

TEST_F(BatchSequencerTest, NumbersRecordsFromWhereTheServerIs) {
  EXPECT_EQ(sequencer_.need(), Need::kRegistration);
  sequencer_.OnRegistered(7, 3, 100);
  const auto stamp = StampOf(sequencer_.Send(MakeBatch(0, 5)));
  EXPECT_EQ(stamp.id(), 7u);
  EXPECT_EQ(stamp.epoch(), 3u);
  EXPECT_EQ(stamp.first_sequence(), 100u);
  EXPECT_EQ(Send(5, 2), 105u);
  EXPECT_EQ(Acknowledge(105), Verdict::kOutcome);
  EXPECT_EQ(Acknowledge(107), Verdict::kOutcome);
  EXPECT_EQ(Send(7), 107u);
}

TEST_F(BatchSequencerTest, WithoutIdempotenceNothingIsStampedOrSentAgain) {
  BatchSequencer plain(false);
  EXPECT_EQ(plain.need(), Need::kNothing);
  EXPECT_EQ(plain.Send(MakeBatch(0)), "");
  EXPECT_EQ(plain.OnAnswer({}, Error("STORE_FAILED", StatusCode::kUnavailable)), Verdict::kOutcome);
  plain.TakeAnswered();
  for (int i = 0; i < 100; ++i) plain.Send(MakeBatch(0));
  EXPECT_TRUE(plain.has_room());
  const auto given_up = plain.GiveUp(false);
  EXPECT_EQ(given_up.size(), 100u);
  EXPECT_TRUE(given_up.front().maybe_appended);
}

TEST_F(BatchSequencerTest, NoMoreAreUnansweredThanTheServerRemembers) {
  sequencer_.OnRegistered(7, 1, 0);
  for (size_t i = 0; i < BatchSequencer::kMaxUnanswered; ++i) {
    EXPECT_TRUE(sequencer_.has_room());
    Send(i);
  }
  EXPECT_FALSE(sequencer_.has_room());
  Acknowledge(1);
  EXPECT_TRUE(sequencer_.has_room());
}

TEST_F(BatchSequencerTest, WhatABrokenStreamDidNotAnswerIsSentAgainInItsPlace) {
  sequencer_.OnRegistered(7, 1, 0);
  Send(0, 2);
  Send(2, 2);
  Send(4, 2);
  Acknowledge(2);
  sequencer_.OnBroken();
  EXPECT_EQ(sequencer_.need(), Need::kRenewal);
  sequencer_.OnRegistered(7, 2, 4);  // the second was appended, the third was not
  EXPECT_EQ(SendAgain(), 2u);
  EXPECT_TRUE(sequencer_.sent_before());
  EXPECT_EQ(SendAgain(), 4u);
  EXPECT_EQ(Send(6), 6u);
  Acknowledge(4);
  EXPECT_FALSE(sequencer_.sent_before()) << "the old epoch is fenced: it never will be appended by that";
  Acknowledge(6);
  Acknowledge(7);
  EXPECT_EQ(done_, (std::vector<uint64_t>{0, 2, 4, 6}));
}

TEST_F(BatchSequencerTest, AStreamThatBreaksWithNothingUnderWayCostsNoRegistration) {
  sequencer_.OnRegistered(7, 1, 0);
  Send(0);
  Acknowledge(1);
  sequencer_.OnBroken();
  EXPECT_EQ(Send(1), 1u);
}

TEST_F(BatchSequencerTest, BreaksUponBreaksKeepTheOrder) {
  sequencer_.OnRegistered(7, 1, 0);
  for (uint64_t i = 0; i < 4; ++i) Send(i);
  sequencer_.OnBroken();
  sequencer_.OnRegistered(7, 2, 0);
  SendAgain();
  SendAgain();
  sequencer_.OnBroken();
  sequencer_.OnRegistered(7, 3, 1);
  for (uint64_t i = 0; i < 4; ++i) EXPECT_EQ(SendAgain(), i);
  for (uint64_t i = 1; i <= 4; ++i) Acknowledge(i);
  EXPECT_EQ(done_, (std::vector<uint64_t>{0, 1, 2, 3}));
}

TEST_F(BatchSequencerTest, BehindARefusedBatchTheOthersGetItsNumberUnderANewEpoch) {
  sequencer_.OnRegistered(7, 1, 0);
  Send(0, 2);
  Send(2, 3);
  Send(5, 4);
  EXPECT_EQ(Refuse("TOO_LARGE", StatusCode::kResourceExhausted), Verdict::kOutcome);
  EXPECT_EQ(sequencer_.need(), Need::kAnswers) << "those behind it come back";
  EXPECT_EQ(Refuse("PRODUCER_GAP"), Verdict::kSendAgain);
  EXPECT_EQ(Refuse("PRODUCER_GAP"), Verdict::kSendAgain);
  EXPECT_EQ(sequencer_.need(), Need::kRenewal);
  sequencer_.OnRegistered(7, 2, 0);
  EXPECT_EQ(SendAgain(), 0u);
  EXPECT_EQ(SendAgain(), 3u);
  EXPECT_EQ(Send(9), 7u);
  for (const uint64_t next : {3, 7, 8}) Acknowledge(next);
  EXPECT_EQ(done_, (std::vector<uint64_t>{0, 2, 5, 9}));
}

TEST_F(BatchSequencerTest, ARefusalOfWhatIsBehindABatchThatCameBackWaitsForItsTurn) {
  sequencer_.OnRegistered(7, 1, 0);
  for (uint64_t i = 0; i < 4; ++i) Send(i);
  EXPECT_EQ(Refuse("TOO_LARGE", StatusCode::kResourceExhausted), Verdict::kOutcome);
  EXPECT_EQ(Refuse("PRODUCER_GAP"), Verdict::kSendAgain);
  // What is too large the server refuses before it looks at numbers.
  EXPECT_EQ(Refuse("TOO_LARGE", StatusCode::kResourceExhausted), Verdict::kSendAgain);
  EXPECT_EQ(Refuse("PRODUCER_GAP"), Verdict::kSendAgain);
  EXPECT_EQ(done_, (std::vector<uint64_t>{0}));
  sequencer_.OnRegistered(7, 2, 0);
  EXPECT_EQ(SendAgain(), 0u);
  EXPECT_EQ(SendAgain(), 1u);
  EXPECT_EQ(Acknowledge(1), Verdict::kOutcome);
  EXPECT_EQ(Refuse("TOO_LARGE", StatusCode::kResourceExhausted), Verdict::kOutcome);
  EXPECT_EQ(done_, (std::vector<uint64_t>{0, 1, 2}));
}

TEST_F(BatchSequencerTest, ABatchThatTheNetworkBroughtTwiceIsARepetition) {
  sequencer_.OnRegistered(7, 1, 10);
  Send(0, 2);
  auto answer = Appended(12);
  EXPECT_TRUE(sequencer_.IsRepetition(answer.appended())) << "it consumed its numbers, and not now";
  answer.mutable_appended()->set_first_sequence(100);
  EXPECT_FALSE(sequencer_.IsRepetition(answer.appended())) << "appended now";
  EXPECT_FALSE(sequencer_.IsRepetition(Appended(10).appended())) << "duplicates by their ids";
}

TEST_F(BatchSequencerTest, ARunOfDuplicatesCostsOneNewEpoch) {
  sequencer_.OnRegistered(7, 1, 0);
  Send(0, 2);
  Send(2, 3);
  EXPECT_EQ(Acknowledge(0), Verdict::kOutcome) << "no number was consumed";
  EXPECT_EQ(Refuse("PRODUCER_GAP"), Verdict::kSendAgain);
  EXPECT_EQ(sequencer_.need(), Need::kRenewal);
  sequencer_.OnRegistered(7, 2, 0);
  EXPECT_EQ(SendAgain(), 0u);
  EXPECT_FALSE(sequencer_.has_room()) << "what is behind it may come back too";
  Acknowledge(0);
  EXPECT_EQ(Send(5), 0u) << "and since nothing was, the number is free at once";
  Acknowledge(1);
  EXPECT_EQ(Send(6), 1u);
  EXPECT_TRUE(sequencer_.has_room());
}

TEST_F(BatchSequencerTest, WhatTheServerCannotDoNowIsSentAgainOnANewStream) {
  sequencer_.OnRegistered(7, 1, 0);
  for (const char* reason : {"STORE_FAILED", "STORE_RECOVERING", "SHUTTING_DOWN", ""}) {
    if (sequencer_.need() == Need::kRenewal) {
      sequencer_.OnRegistered(7, 2, 0);
      SendAgain();
    } else {
      Send(0);
    }
    EXPECT_EQ(Refuse(reason, StatusCode::kUnavailable), Verdict::kBreak);
    sequencer_.OnBroken();
  }
  EXPECT_TRUE(done_.empty());
}

TEST_F(BatchSequencerTest, AFencedProducerKnowsWhatItCannotKnow) {
  sequencer_.OnRegistered(7, 1, 0);
  Send(0);
  Send(1);
  sequencer_.OnBroken();
  sequencer_.OnRegistered(7, 2, 1);  // the first was appended
  SendAgain();
  SendAgain();
  Send(2);
  EXPECT_EQ(Refuse("PRODUCER_FENCED"), Verdict::kFenced);
  const auto given_up = sequencer_.GiveUp(/*refused=*/true);
  ASSERT_EQ(given_up.size(), 3u);
  EXPECT_TRUE(given_up[0].maybe_appended);
  EXPECT_FALSE(given_up[1].maybe_appended);
  EXPECT_FALSE(given_up[2].maybe_appended);
}

TEST_F(BatchSequencerTest, WhatIsGivenUpIsToldApart) {
  sequencer_.OnRegistered(7, 1, 0);
  Send(0);
  Send(1);
  Refuse("TOO_LARGE", StatusCode::kResourceExhausted);
  Refuse("PRODUCER_GAP");
  auto given_up = sequencer_.GiveUp(/*refused=*/false);
  ASSERT_EQ(given_up.size(), 1u);
  EXPECT_FALSE(given_up[0].maybe_appended) << "it came back";
  sequencer_.OnRegistered(7, 2, 0);
  Send(2);
  sequencer_.OnBroken();
  given_up = sequencer_.GiveUp(/*refused=*/false);
  ASSERT_EQ(given_up.size(), 1u);
  EXPECT_TRUE(given_up[0].maybe_appended);
  EXPECT_EQ(sequencer_.need(), Need::kRenewal) << "its number must not become another's";
}

TEST_F(BatchSequencerTest, AForgottenProducerBeginsAnewWithWhatWasNeverAppended) {
  sequencer_.OnRegistered(7, 1, 0);
  Send(0);
  Send(1);
  EXPECT_EQ(Refuse("UNKNOWN_PRODUCER", StatusCode::kNotFound), Verdict::kSendAgain);
  EXPECT_EQ(Refuse("UNKNOWN_PRODUCER", StatusCode::kNotFound), Verdict::kSendAgain);
  EXPECT_EQ(sequencer_.need(), Need::kRenewal);
  EXPECT_TRUE(sequencer_.OnForgotten().empty());
  EXPECT_EQ(sequencer_.need(), Need::kRegistration);
  sequencer_.OnRegistered(8, 1, 0);
  EXPECT_EQ(SendAgain(), 0u);
  sequencer_.OnBroken();
  const auto lost = sequencer_.OnForgotten();
  ASSERT_EQ(lost.size(), 1u) << "it may have been appended by the producer that is forgotten now";
  sequencer_.OnRegistered(9, 1, 0);
  EXPECT_EQ(SendAgain(), 0u) << "the other never was";
}

TEST_F(BatchSequencerTest, AServerThatHasLostWhatItHadIsFollowed) {
  sequencer_.OnRegistered(7, 1, 50);
  Send(0);
  EXPECT_EQ(Refuse("PRODUCER_GAP"), Verdict::kSendAgain);
  EXPECT_EQ(sequencer_.need(), Need::kRenewal);
  sequencer_.OnRegistered(7, 2, 10);
  EXPECT_EQ(SendAgain(), 10u);
}

// A server and a network that lose, repeat, delay and reorder what they can, in one thread. Requests of a
// stream that the client has given up may still arrive, any time later, also more than once.
class Chaos {
 public:
  explicit Chaos(uint64_t seed) : random_(seed) {}

  void Run(uint64_t batches) {
    while (next_batch_ < batches || !Idle()) Step(batches);
    Check();
  }

 private:
  struct Request {
    v1::ProducerStamp stamp;
    uint64_t index = 0;
    uint64_t count = 0;
    int stream = 0;
  };
  // In the server's log, a batch is its index; poisoned ones are refused for ever.
  static bool IsPoisoned(uint64_t index) { return index % 17 == 3; }
  // Its ids are all known to the server.
  static bool IsDuplicate(uint64_t index) { return index % 23 == 5; }

  bool Idle() const { return sequencer_.unanswered() == 0 && !sequencer_.has_resends(); }
  bool Chance(int in) { return random_() % static_cast<uint64_t>(in) == 0; }

  void Step(uint64_t batches) {
    switch (random_() % 8) {
      case 0 ... 3:
        return ClientSends(batches);
      case 4 ... 5:
        return ServerTakes();
      case 6:
        if (Chance(8)) Break();
        return;
      default:
        if (!leftovers_.empty()) LeftoverArrives();
    }
  }

  void ClientSends(uint64_t batches) {
    const Need need = sequencer_.need();
    if (need == Need::kRegistration || need == Need::kRenewal) {
      if (Chance(3)) ++epoch_;  // its answer is lost
      return sequencer_.OnRegistered(7, ++epoch_, next_);
    }
    if (need != Need::kNothing || !sequencer_.has_room()) return;
    std::string stamp;
    if (sequencer_.has_resends()) {
      stamp = sequencer_.SendAgain();
    } else if (next_batch_ < batches) {
      stamp = sequencer_.Send(MakeBatch(next_batch_++, 1 + random_() % 4));
    } else {
      return;
    }
    const Batch& sent = sequencer_.last_sent();
    under_way_.push_back({StampOf(stamp), sent.first_index, sent.count, stream_});
  }

  // What the server makes of a request; nullopt: it is not answered, and the stream breaks.
  std::optional<std::pair<v1::AppendStreamResponse, Status>> Judge(const Request& request) {
    const uint64_t first = request.stamp.first_sequence();
    const auto answer = [](uint64_t next) { return std::pair(Appended(next), Status()); };
    const auto error = [](const char* reason, StatusCode code = StatusCode::kFailedPrecondition) {
      return std::pair(v1::AppendStreamResponse(), Error(reason, code));
    };
    if (request.stamp.epoch() < epoch_) return error("PRODUCER_FENCED");
    if (first > next_) return error("PRODUCER_GAP");
    if (first < next_) {
      if (!IsDuplicate(request.index))
        EXPECT_EQ(by_number_[first], request.index) << "a number stands for one record";
      return answer(first + request.count);
    }
    if (IsPoisoned(request.index)) return error("TOO_LARGE", StatusCode::kResourceExhausted);
    if (IsDuplicate(request.index)) return answer(first);
    if (Chance(50)) return error("STORE_FAILED", StatusCode::kUnavailable);
    by_number_[first] = request.index;
    log_.push_back(request.index);
    next_ += request.count;
    if (Chance(50)) return error("STORE_FAILED", StatusCode::kUnavailable);  // though it was written
    return answer(next_);
  }

  void ServerTakes() {
    if (under_way_.empty()) return;
    const Request request = under_way_.front();
    if (Chance(10)) leftovers_.push_back(request);  // a copy
    under_way_.pop_front();
    const auto judged = Judge(request);
    if (Chance(30)) return Break();  // the answer is lost
    if (judged->second.reason() == "PRODUCER_FENCED") ADD_FAILURE() << "nobody else has the name";
    switch (sequencer_.OnAnswer(judged->first, judged->second)) {
      case Verdict::kOutcome: {
        const Batch batch = sequencer_.TakeAnswered();
        EXPECT_EQ(batch.first_index, outcomes_.size()) << "in the order of sending";
        outcomes_.push_back(judged->second.ok());
        return;
      }
      case Verdict::kBreak:
        return Break();
      default:
        return;
    }
  }

  void Break() {
    for (const Request& request : under_way_) {
      if (!Chance(3)) leftovers_.push_back(request);
    }
    under_way_.clear();
    sequencer_.OnBroken();
    ++stream_;
  }

  void LeftoverArrives() {
    const size_t which = random_() % leftovers_.size();
    const Request request = leftovers_[which];
    if (!Chance(4)) leftovers_.erase(leftovers_.begin() + static_cast<ptrdiff_t>(which));
    Judge(request);
  }

  void Check() {
    std::vector<uint64_t> expected;
    for (uint64_t i = 0; i < outcomes_.size(); ++i) {
      EXPECT_EQ(outcomes_[i], !IsPoisoned(i)) << i;
      if (outcomes_[i] && !IsDuplicate(i)) expected.push_back(i);
    }
    EXPECT_EQ(log_, expected) << "each once, and in order";
  }

  std::mt19937_64 random_;
  BatchSequencer sequencer_{true};
  uint64_t next_batch_ = 0;
  int stream_ = 0;
  std::vector<bool> outcomes_;  // acknowledged or not, by index
  std::deque<Request> under_way_;
  std::vector<Request> leftovers_;
  // The server's.
  uint64_t epoch_ = 0;
  uint64_t next_ = 0;
  std::vector<uint64_t> log_;
  std::map<uint64_t, uint64_t> by_number_;
};

TEST(BatchSequencerChaos, EachBatchIsAppendedExactlyOnceAndInOrder) {
  for (uint64_t seed = 0; seed < 300 && !testing::Test::HasFailure(); ++seed) {
    SCOPED_TRACE("seed " + std::to_string(seed));
    Chaos(seed).Run(200);
  }
}

}  // namespace
}  // namespace replog::client::internal
