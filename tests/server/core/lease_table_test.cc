#include "server/core/lease_table.h"

#include <gtest/gtest.h>

#include "base/error.h"
#include "tests/server/core/records.h"

namespace replog {
namespace {

using testing::MetadataValue;
using testing::ReasonText;

constexpr int64_t kSecond = 1'000'000;
constexpr int64_t kTtl = 10 * kSecond;

// A table whose writes are done when the test says so, and whose requests are one holder's each.
class LeaseTableTest : public ::testing::Test {
 protected:
  LeaseTableTest() { table_.Loaded({}, now_); }

  using Id = LeaseTable::RequestId;
  Id Acquire(const std::string& holder, int64_t wait_us = 0, const std::string& instance = "") {
    table_.Acquire(++last_id_, "a", {holder, instance, kTtl}, now_ + wait_us, now_);
    return Take();
  }
  Id Renew(Sequence sequence, uint64_t lineage = 0) {
    table_.Renew(++last_id_, {"a", {lineage, sequence}}, now_);
    return Take();
  }
  Id Release(Sequence sequence) {
    table_.Release(++last_id_, {"a", {0, sequence}}, now_);
    return Take();
  }
  Id Get() {
    table_.Get(++last_id_, "a", now_);
    return Take();
  }
  void Cancel(Id id) {
    table_.Cancel(id, now_);
    Take();
  }
  void After(int64_t us) {
    now_ += us;
    table_.Advance(now_);
    Take();
  }
  // The write that is under way ends: well, as the record that follows; or not.
  void Written() {
    ASSERT_FALSE(writes_.empty());
    const std::string name = writes_.front().name;
    writes_.pop_front();
    table_.Written(name, ++last_sequence_, now_);
    Take();
  }
  void Fails(Reason reason) {
    ASSERT_FALSE(writes_.empty());
    const std::string name = writes_.front().name;
    writes_.pop_front();
    table_.Written(name, MakeError(reason, "the disk is on fire"), now_);
    Take();
  }
  void Load(const std::vector<StoredLease>& stored) {
    table_.BeginLoad();
    table_.Loaded(stored, now_);
    Take();
  }

  bool Answered(Id id) const { return replies_.contains(id); }
  // How a request was answered: the holder and the token's sequence, "free", or the reason of the refusal.
  std::string Said(Id id) const {
    const auto found = replies_.find(id);
    if (found == replies_.end()) return "nothing yet";
    if (!found->second.ok()) return ReasonText(found->second.status());
    if (!found->second->has_value()) return "free";
    return (*found->second)->terms.holder + " " + std::to_string((*found->second)->token.sequence);
  }
  int64_t Remaining(Id id) const { return (*replies_.at(id))->remaining_us; }
  const absl::Status& Refusal(Id id) const { return replies_.at(id).status(); }
  // What is being written: who gets the lease, or "free".
  std::string Writing() const {
    if (writes_.empty()) return "nothing";
    return writes_.front().grant ? writes_.front().grant->holder : "free";
  }

  LeaseTable::Options options_{.max_leases = 2, .max_waiting_per_lease = 2, .max_waiting = 3};
  LeaseTable table_{options_, 0};
  int64_t now_ = 100 * kSecond;
  Sequence last_sequence_ = 0;
  std::deque<LeaseTable::Write> writes_;
  Id last_id_ = 0;

 private:
  Id Take() {
    auto actions = table_.TakeActions();
    for (auto& write : actions.writes) writes_.push_back(std::move(write));
    for (auto& reply : actions.replies) {
      EXPECT_TRUE(replies_.emplace(reply.id, std::move(reply.answer)).second) << "one reply to each request";
    }
    return last_id_;
  }
  std::map<Id, LeaseTable::Answer> replies_;
};

// ---------------------------------------------------------------------------------------------- in good
// weather

TEST_F(LeaseTableTest, AGrantIsToldOnceItIsWritten) {
  const Id a = Acquire("a");
  EXPECT_EQ(Writing(), "a");
  EXPECT_EQ(writes_.front().replaces, std::nullopt) << "the key must not exist";
  EXPECT_FALSE(Answered(a));
  Written();
  EXPECT_EQ(Said(a), "a 1");
  EXPECT_EQ(Remaining(a), kTtl);
}

TEST_F(LeaseTableTest, ATermBeginsWhenTheGrantIsWritten) {
  const Id a = Acquire("a");
  After(7 * kSecond);
  Written();
  EXPECT_EQ(Remaining(a), kTtl);
}

TEST_F(LeaseTableTest, WhatAnotherHoldsIsRefusedWithItsHolder) {
  Acquire("a");
  Written();
  After(kSecond);
  const Id b = Acquire("b");
  EXPECT_EQ(Said(b), "LEASE_HELD");
  EXPECT_EQ(MetadataValue(Refusal(b), "holder"), "a");
  EXPECT_EQ(MetadataValue(Refusal(b), "remaining_ms"), "9000");
  EXPECT_EQ(MetadataValue(Refusal(b), "sequence"), "1");
}

TEST_F(LeaseTableTest, WhoHoldsItGetsItAgainUnderTheSameToken) {
  Acquire("a", 0, "x");
  Written();
  After(kSecond);
  const Id again = Acquire("a", 0, "x");
  EXPECT_EQ(Said(again), "a 1");
  EXPECT_EQ(Remaining(again), kTtl);
  EXPECT_EQ(Writing(), "nothing");
}

TEST_F(LeaseTableTest, AnotherInstanceOfTheSameNameIsAnother) {
  Acquire("a", 0, "x");
  Written();
  EXPECT_EQ(Said(Acquire("a", 0, "y")), "LEASE_HELD");
}

TEST_F(LeaseTableTest, AnotherTermForWhatOneHoldsIsRefused) {
  Acquire("a");
  Written();
  table_.Acquire(++last_id_, "a", {"a", "", 2 * kTtl}, now_, now_);
  const auto actions = table_.TakeActions();
  ASSERT_EQ(actions.replies.size(), 1u);
  EXPECT_EQ(MetadataValue(actions.replies[0].answer.status(), "field"), "ttl");
}

TEST_F(LeaseTableTest, ARenewalBeginsAFullTermAndWritesNothing) {
  Acquire("a");
  Written();
  After(9 * kSecond);
  const Id renewed = Renew(1);
  EXPECT_EQ(Said(renewed), "a 1");
  EXPECT_EQ(Remaining(renewed), kTtl);
  EXPECT_EQ(Writing(), "nothing");
  After(9 * kSecond);
  EXPECT_EQ(Said(Get()), "a 1");
}

TEST_F(LeaseTableTest, RenewingOrReleasingWhatIsNotYoursIsRefused) {
  EXPECT_EQ(Said(Renew(1)), "LEASE_NOT_HELD");
  Acquire("a");
  Written();
  EXPECT_EQ(Said(Renew(2)), "LEASE_NOT_HELD");
  EXPECT_EQ(Said(Renew(1, 1)), "LEASE_NOT_HELD") << "another lineage";
  const Id released = Release(0);
  EXPECT_EQ(Said(released), "LEASE_NOT_HELD");
  EXPECT_EQ(MetadataValue(Refusal(released), "holder"), "a");
  EXPECT_EQ(Said(Get()), "a 1");
}

TEST_F(LeaseTableTest, AReleaseIsToldOnceItIsWritten) {
  Acquire("a");
  Written();
  const Id released = Release(1);
  EXPECT_EQ(Writing(), "free");
  EXPECT_EQ(writes_.front().replaces, 1u);
  EXPECT_FALSE(Answered(released));
  Written();
  EXPECT_EQ(Said(released), "free");
  EXPECT_EQ(Said(Get()), "free");
  EXPECT_EQ(Said(Release(1)), "LEASE_NOT_HELD");
}

TEST_F(LeaseTableTest, ATokenOnlyGrows) {
  Acquire("a");
  Written();
  Release(1);
  Written();
  const Id again = Acquire("a");
  Written();
  EXPECT_EQ(Said(again), "a 3");
}

// -----------------------------------------------------------------------------------------------------
// waiting

TEST_F(LeaseTableTest, WhoWaitsLongestGetsItNext) {
  Acquire("a");
  Written();
  const Id b = Acquire("b", kTtl);
  const Id c = Acquire("c", kTtl);
  Release(1);
  EXPECT_EQ(Writing(), "b") << "one record hands it over";
  EXPECT_EQ(writes_.front().replaces, 1u);
  Written();
  EXPECT_EQ(Said(b), "b 2");
  EXPECT_FALSE(Answered(c));
  Release(2);
  Written();
  EXPECT_EQ(Said(c), "c 3");
}

TEST_F(LeaseTableTest, WhoWaitedLongEnoughIsRefused) {
  Acquire("a");
  Written();
  const Id b = Acquire("b", 3 * kSecond);
  After(3 * kSecond - 1);
  EXPECT_FALSE(Answered(b));
  After(1);
  EXPECT_EQ(Said(b), "LEASE_HELD");
  EXPECT_EQ(MetadataValue(Refusal(b), "remaining_ms"), "7000");
}

TEST_F(LeaseTableTest, WhoStopsWaitingLeavesTheQueue) {
  Acquire("a");
  Written();
  const Id b = Acquire("b", kTtl);
  const Id c = Acquire("c", kTtl);
  Cancel(b);
  EXPECT_EQ(Said(b), "CANCELLED");
  Release(1);
  EXPECT_EQ(Writing(), "c");
  Written();
  EXPECT_EQ(Said(c), "c 2");
}

TEST_F(LeaseTableTest, ALeaseThatIsGrantedToWhoHasLeftGoesToTheNext) {
  const Id a = Acquire("a");
  const Id b = Acquire("b", kTtl);
  Cancel(a);
  Written();
  EXPECT_EQ(Writing(), "b");
  EXPECT_EQ(writes_.front().replaces, 1u);
  Written();
  EXPECT_EQ(Said(b), "b 2");
}

TEST_F(LeaseTableTest, ALeaseThatIsGrantedToWhoHasLeftIsFreed) {
  Cancel(Acquire("a"));
  Written();
  EXPECT_EQ(Writing(), "free");
  Written();
  EXPECT_EQ(Said(Get()), "free");
}

TEST_F(LeaseTableTest, WhoLeftAndIsBackInTimeKeepsIt) {
  Cancel(Acquire("a", 0, "x"));
  const Id again = Acquire("a", 0, "x");
  Written();
  EXPECT_EQ(Said(again), "a 1");
  EXPECT_EQ(Writing(), "nothing");
}

TEST_F(LeaseTableTest, AGrantWhoseReplyDidNotArriveGoesToTheNext) {
  const Id a = Acquire("a");
  Written();
  const Id b = Acquire("b", kTtl);
  Cancel(a);
  Written();
  EXPECT_EQ(Said(b), "b 2");
}

TEST_F(LeaseTableTest, AGrantThatWasAskedForAgainIsKeptWhateverBecomesOfTheFirstCall) {
  const Id a = Acquire("a", 0, "x");
  Written();
  EXPECT_EQ(Said(Acquire("a", 0, "x")), "a 1");
  Cancel(a);
  EXPECT_EQ(Writing(), "nothing");
}

TEST_F(LeaseTableTest, AGrantThatWasRenewedIsKeptWhateverBecomesOfTheFirstCall) {
  const Id a = Acquire("a");
  Written();
  EXPECT_EQ(Said(Renew(1)), "a 1");
  Cancel(a);
  EXPECT_EQ(Writing(), "nothing");
}

TEST_F(LeaseTableTest, ACallWhoseGrantIsLongOverEndsNobodyElses) {
  const Id a = Acquire("a");
  Written();
  Release(1);
  Written();
  Acquire("b");
  Written();
  Cancel(a);
  EXPECT_EQ(Writing(), "nothing");
}

TEST_F(LeaseTableTest, WhoWaitsTwiceIsAnsweredTwice) {
  Acquire("a");
  Written();
  const Id first = Acquire("b", kTtl, "x");
  const Id second = Acquire("b", kTtl, "x");  // on a new connection, before the old one is known to be broken
  Release(1);
  Written();
  EXPECT_EQ(Said(first), "b 2");
  EXPECT_EQ(Said(second), "b 2");
}

// ---------------------------------------------------------------------------------------------------- expiry

TEST_F(LeaseTableTest, ATermEndsAtItsTimeAndNotBefore) {
  Acquire("a");
  Written();
  EXPECT_EQ(table_.next_event_us(), now_ + kTtl);
  After(kTtl - 1);
  EXPECT_EQ(Writing(), "nothing");
  After(1);
  EXPECT_EQ(Writing(), "free");
  Written();
  EXPECT_EQ(Said(Renew(1)), "LEASE_NOT_HELD");
  EXPECT_EQ(table_.next_event_us(), INT64_MAX);
}

TEST_F(LeaseTableTest, ATermThatIsOverIsOverAlsoWhenNobodyNoticed) {
  Acquire("a");
  Written();
  now_ += kTtl;  // and the timer is late
  const Id renewed = Renew(1);
  EXPECT_FALSE(Answered(renewed)) << "that it is over may be told once it is written";
  EXPECT_EQ(Writing(), "free");
  Written();
  EXPECT_EQ(Said(renewed), "LEASE_NOT_HELD");
}

TEST_F(LeaseTableTest, WhoAsksForALeaseWhoseTermIsOverGetsIt) {
  Acquire("a");
  Written();
  now_ += kTtl;
  const Id b = Acquire("b");
  EXPECT_EQ(Writing(), "b");
  Written();
  EXPECT_EQ(Said(b), "b 2");
}

TEST_F(LeaseTableTest, WhoWaitsGetsALeaseWhoseTermIsOver) {
  Acquire("a");
  Written();
  const Id b = Acquire("b", 2 * kTtl);
  const Id c = Acquire("c", 2 * kTtl);
  After(kTtl);
  Written();
  EXPECT_EQ(Said(b), "b 2");
  After(kTtl - 1);
  EXPECT_FALSE(Answered(c));
  After(1);
  EXPECT_EQ(Said(c), "LEASE_HELD") << "its own time is over before it could be given the lease";
}

// ----------------------------------------------------------------------------------- what is being written

TEST_F(LeaseTableTest, WhoAsksWhileARecordIsWrittenIsAnsweredWhenItIs) {
  const Id a = Acquire("a");
  const Id got = Get();
  const Id b = Acquire("b");
  EXPECT_FALSE(Answered(got));
  Written();
  EXPECT_EQ(Said(a), "a 1");
  EXPECT_EQ(Said(got), "a 1");
  EXPECT_EQ(Said(b), "LEASE_HELD");
}

TEST_F(LeaseTableTest, ARefusedGrantIsToldAndNothingElseHappened) {
  const Id a = Acquire("a");
  const Id b = Acquire("b");
  Fails(Reason::kBusy);
  EXPECT_EQ(Said(a), "BUSY");
  EXPECT_EQ(Writing(), "b");
  Fails(Reason::kDiskFull);
  EXPECT_EQ(Said(b), "DISK_FULL");
  EXPECT_EQ(Said(Get()), "free");
}

TEST_F(LeaseTableTest, ARefusedReleaseLeavesItHeld) {
  Acquire("a");
  Written();
  const Id released = Release(1);
  Fails(Reason::kBusy);
  EXPECT_EQ(Said(released), "BUSY");
  EXPECT_EQ(Said(Renew(1)), "a 1");
  After(kTtl);
  EXPECT_EQ(Writing(), "free");
}

TEST_F(LeaseTableTest, AnEndThatCouldNotBeWrittenIsToldToNobodyAndTriedAgain) {
  Acquire("a");
  Written();
  const Id b = Acquire("b", 2 * kTtl);
  const Id c = Acquire("c", 2 * kTtl);
  After(kTtl);
  const Id renewed = Renew(1);
  Fails(Reason::kDiskFull);
  EXPECT_EQ(Said(b), "DISK_FULL");
  EXPECT_EQ(Said(renewed), "DISK_FULL");
  EXPECT_EQ(Writing(), "nothing");
  After(kSecond);
  EXPECT_EQ(Writing(), "c");
  Written();
  EXPECT_EQ(Said(c), "c 2");
}

TEST_F(LeaseTableTest, AfterAWriteOfUnknownFateTheLogIsAsked) {
  const Id a = Acquire("a", 0, "x");
  const Id asked = Get();
  Fails(Reason::kStoreFailed);
  EXPECT_EQ(Said(a), "STORE_FAILED");
  EXPECT_EQ(Said(asked), "STORE_RECOVERING");
  EXPECT_EQ(Said(Acquire("b")), "STORE_RECOVERING");
  Load({{"a", {"a", "x", kTtl}, 8}});
  EXPECT_EQ(Said(Acquire("a", 0, "x")), "a 8") << "it had been written";
}

TEST_F(LeaseTableTest, AfterAWriteThatWasLostTheNextGetsIt) {
  Acquire("a");
  Written();
  const Id b = Acquire("b", 2 * kTtl);
  const Id c = Acquire("c", 2 * kTtl);
  Release(1);
  Fails(Reason::kStoreFailed);
  EXPECT_EQ(Said(b), "STORE_FAILED");
  Load({});
  EXPECT_EQ(Writing(), "c");
  EXPECT_EQ(writes_.front().replaces, std::nullopt);
  Written();
  EXPECT_EQ(Said(c), "c 2");
}

TEST_F(LeaseTableTest, WhoWaitsForWhatItWasGrantedAfterAllGetsIt) {
  Acquire("a");
  Written();
  const Id first = Acquire("b", kTtl, "x");
  const Id second = Acquire("b", kTtl, "x");
  Release(1);
  Fails(Reason::kStoreFailed);
  EXPECT_EQ(Said(first), "STORE_FAILED");
  Load({{"a", {"b", "x", kTtl}, 2}});
  EXPECT_EQ(Said(second), "b 2");
}

TEST_F(LeaseTableTest, WhoseWaitEndsInDoubtIsToldSo) {
  Acquire("a");
  Written();
  const Id b = Acquire("b", kSecond);
  const Id c = Acquire("c", kSecond);
  Release(1);
  Fails(Reason::kStoreFailed);
  After(kSecond);
  EXPECT_EQ(Said(b), "STORE_FAILED");
  EXPECT_EQ(Said(c), "STORE_RECOVERING");
}

TEST_F(LeaseTableTest, ADoubtThatIsYoungerThanTheReadingIsNotSettledByIt) {
  Acquire("a");
  table_.BeginLoad();
  Fails(Reason::kStoreFailed);
  table_.Loaded({}, now_);
  EXPECT_EQ(Said(Get()), "STORE_RECOVERING");
  Load({{"a", {"a", "", kTtl}, 1}});
  EXPECT_EQ(Said(Get()), "a 1");
}

TEST_F(LeaseTableTest, WhatWasGivenBackWhileTheLogWasReadDoesNotComeBack) {
  Acquire("a");
  Written();
  table_.BeginLoad();
  Release(1);
  Written();
  table_.Loaded({{"a", {"a", "", kTtl}, 1}}, now_);
  EXPECT_EQ(Said(Get()), "free");
}

TEST_F(LeaseTableTest, ARecoveryGivesEveryHolderAFullTerm) {
  Acquire("a");
  Written();
  After(9 * kSecond);
  Load({{"a", {"a", "", kTtl}, 1}});
  EXPECT_EQ(Remaining(Get()), kTtl);
}

TEST(LeaseTableAtStart, HoldersOfBeforeHaveAFullTerm) {
  LeaseTable table({}, 3);
  table.BeginLoad();
  table.Loaded({{"a", {"h", "x", kTtl}, 5}, {"b", {"h", "x", kTtl}, 6}}, 100);
  const auto leases = table.List("", 10, 100);
  ASSERT_EQ(leases.size(), 2u);
  EXPECT_EQ(leases[0].token, (FencingToken{3, 5}));
  EXPECT_EQ(leases[0].remaining_us, kTtl);
  EXPECT_EQ(table.next_event_us(), 100 + kTtl);
  EXPECT_EQ(table.List("a", 10, 100).size(), 1u);
  EXPECT_EQ(table.List("", 1, 100).size(), 1u);
}

// ------------------------------------------------------------------------------------------------ bounds,
// the end

TEST_F(LeaseTableTest, OnlySoManyWaitForALease) {
  Acquire("a");
  Written();
  Acquire("b", kTtl);
  Acquire("c", kTtl);
  const Id d = Acquire("d", kTtl);
  EXPECT_EQ(Said(d), "TOO_MANY_WAITING");
  EXPECT_EQ(MetadataValue(Refusal(d), "limit"), "2");
}

TEST_F(LeaseTableTest, OnlySoManyWaitInAll) {
  for (const char* name : {"a", "b"}) {
    table_.Acquire(++last_id_, name, {"h", "", kTtl}, now_, now_);
    table_.Written(name, ++last_sequence_, now_);
  }
  Acquire("b", kTtl);
  Acquire("c", kTtl);
  table_.TakeActions();
  for (int i = 0; i < 2; ++i)
    table_.Acquire(++last_id_, "b", {"x" + std::to_string(i), "", kTtl}, now_ + 1, now_);
  const auto actions = table_.TakeActions();
  ASSERT_EQ(actions.replies.size(), 1u);
  EXPECT_EQ(actions.replies[0].id, last_id_);
  EXPECT_EQ(MetadataValue(actions.replies[0].answer.status(), "limit"), "3");
}

TEST_F(LeaseTableTest, OnlySoManyLeasesAreHeld) {
  for (const char* name : {"a", "b", "c"}) table_.Acquire(++last_id_, name, {"h", "", kTtl}, now_, now_);
  const auto actions = table_.TakeActions();
  ASSERT_EQ(actions.replies.size(), 1u);
  EXPECT_EQ(ReasonText(actions.replies[0].answer.status()), "TOO_MANY_LEASES");
}

TEST_F(LeaseTableTest, WhenTheServerStopsWhoWaitsIsToldSo) {
  Acquire("a");
  Written();
  const Id b = Acquire("b", kTtl);
  table_.Stop();
  const Id c = Acquire("c");
  EXPECT_EQ(Said(b), "SHUTTING_DOWN");
  EXPECT_EQ(Said(c), "SHUTTING_DOWN");
  After(kTtl);
  EXPECT_EQ(Writing(), "nothing") << "a restart gives the holder a full term";
}

TEST_F(LeaseTableTest, WhatIsBeingGrantedWhenTheServerStopsIsAnswered) {
  const Id a = Acquire("a");
  table_.Stop();
  Written();
  EXPECT_EQ(Said(a), "a 1");
}

}  // namespace
}  // namespace replog
