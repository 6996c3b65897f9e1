// Appends under a lease: a log refuses tokens older than one that it has seen.
#include <gtest/gtest.h>

#include "proto/wire/fields.h"
#include "server/core/fence_judge.h"
#include "tests/server/core/core_fixture.h"

namespace replog {
namespace {

using testing::CoreFixture;
using testing::FakeStore;
using testing::MetadataValue;
using testing::ReasonText;

// Appends through the committer, alone and several in one group.
class FenceTest : public ::testing::Test, public CoreFixture {
 protected:
  FenceTest() { Start(); }

  Outcome AppendUnder(const LeaseToken& token, AppendConditions conditions = {}, const LogPtr& to = nullptr) {
    AppendRequest request = testing::MakeRequest({testing::NewRecord("c", "text")});
    request.conditions = std::move(conditions);
    request.conditions->lease = token;
    return Submit(to == nullptr ? log() : to, std::move(request));
  }
  Outcome AppendUnder(Sequence token) { return AppendUnder(Token(token)); }
  static LeaseToken Token(Sequence sequence) { return {"leader", {0, sequence}}; }

  void ExpectFenced(Outcome outcome, Sequence highest) {
    const auto status = outcome.get().status();
    EXPECT_EQ(ReasonText(status), "LEASE_FENCED");
    EXPECT_EQ(MetadataValue(status, "field"), "conditions.lease");
    EXPECT_EQ(MetadataValue(status, "lease"), "leader");
    EXPECT_EQ(MetadataValue(status, "lineage"), "0");
    EXPECT_EQ(MetadataValue(status, "sequence"), std::to_string(highest));
  }
  std::optional<FencingToken> Stored(const LogPtr& of) { return *store.FindFence(of->number(), "leader"); }
  // The tokens that records carry, by the records' sequences: "0" for the first holder's first record, …
  std::vector<std::string> Marks() {
    std::vector<std::string> marks;
    const auto run = store.ReadForward(log()->number(), 0, UINT64_MAX, SIZE_MAX, ChannelFilter());
    for (const ChunkPtr& chunk : run->chunks) {
      wire::RecordsReader reader(chunk->records());
      std::string_view encoded;
      while (reader.Next(encoded)) {
        wire::FieldReader fields(encoded);
        wire::Field field;
        std::string mark;
        while (fields.Next(field)) {
          if (field.number == wire::record_field::kLease) mark = field.bytes;
        }
        marks.push_back(mark);
      }
    }
    return marks;
  }
};

TEST_F(FenceTest, AnOlderTokenIsRefusedOnceANewerWasSeen) {
  EXPECT_TRUE(AppendUnder(5).get().ok());
  EXPECT_TRUE(AppendUnder(5).get().ok()) << "the holder goes on";
  EXPECT_TRUE(AppendUnder(9).get().ok());
  ExpectFenced(AppendUnder(5), 9);
  EXPECT_EQ(log()->tail().committed_end(), 3u) << "nothing was written";
  EXPECT_TRUE(AppendUnder(9).get().ok());
}

TEST_F(FenceTest, AHigherLineageIsNewerWhateverTheSequence) {
  EXPECT_TRUE(AppendUnder(100).get().ok());
  EXPECT_TRUE(AppendUnder({"leader", {1, 3}}).get().ok());
  EXPECT_EQ(ReasonText(AppendUnder(100).get().status()), "LEASE_FENCED");
}

TEST_F(FenceTest, LeasesAndLogsHaveFencesOfTheirOwn) {
  const LogPtr other = AddLog("other");
  EXPECT_TRUE(AppendUnder(9).get().ok());
  EXPECT_TRUE(AppendUnder({"another", {0, 5}}).get().ok());
  EXPECT_TRUE(AppendUnder(Token(5), {}, other).get().ok()) << "the new holder has not written here yet";
}

TEST_F(FenceTest, WithoutALeaseEverybodyMayAppend) {
  EXPECT_TRUE(AppendUnder(9).get().ok());
  EXPECT_TRUE(Append("anybody").get().ok());
}

TEST_F(FenceTest, IsInTheSameCommitAsTheRecordThatRaisesItAndOutlivesARestart) {
  EXPECT_TRUE(AppendUnder(5).get().ok());
  EXPECT_EQ(Stored(log()), (FencingToken{0, 5}));
  committer.reset();
  Start();
  ExpectFenced(AppendUnder(4), 5);
}

TEST_F(FenceTest, TheFirstRecordUnderANewTokenTellsOfIt) {
  AppendUnder(5).get().IgnoreError();
  AppendUnder(5).get().IgnoreError();
  AppendUnder(300).get().IgnoreError();
  Append("anybody").get().IgnoreError();
  EXPECT_EQ(Marks(), (std::vector<std::string>{std::string("\x0a\x06leader\x18\x05"), "",
                                               std::string("\x0a\x06leader\x18\xac\x02"), ""}));
}

TEST_F(FenceTest, AppendsOfOneGroupAreFencedByThoseBeforeThem) {
  Outcome first, newer, older, same;
  InOneGroup([&] {
    first = AppendUnder(5);
    newer = AppendUnder(9);
    older = AppendUnder(5);
    same = AppendUnder(9);
  });
  EXPECT_TRUE(first.get().ok());
  EXPECT_TRUE(newer.get().ok());
  ExpectFenced(std::move(older), 9);
  EXPECT_TRUE(same.get().ok());
  EXPECT_EQ(Stored(log()), (FencingToken{0, 9}));
  EXPECT_EQ(store.commits(), 2);
}

TEST_F(FenceTest, IsNotRaisedByAnAppendThatIsRefused) {
  EXPECT_TRUE(AppendUnder(5).get().ok());
  EXPECT_EQ(ReasonText(AppendUnder(Token(9), {.expected_end = 77}).get().status()), "CONDITION_FAILED");
  EXPECT_TRUE(AppendUnder(5).get().ok());
}

TEST_F(FenceTest, ComesBeforeTheOtherConditions) {
  EXPECT_TRUE(AppendUnder(9).get().ok());
  ExpectFenced(AppendUnder(Token(5), {.expected_end = 77}), 9);
}

TEST_F(FenceTest, IsNotRaisedByAnAppendOfWhichNothingIsWritten) {
  const auto put = [this](Sequence token, uint64_t version) {
    std::string record = testing::NewRecord("c", "text");
    wire::AppendBytesField(record, wire::record_field::kKey, "k");
    wire::AppendVarintField(record, wire::record_field::kVersion, version);
    AppendRequest request = testing::MakeRequest({record});
    request.conditions = {.newer_version_only = true, .lease = Token(token)};
    return Submit(log(), std::move(request)).get();
  };
  EXPECT_EQ(put(5, 7)->count, 1u);
  EXPECT_EQ(put(9, 7)->count, 0u) << "stale";
  EXPECT_EQ(put(5, 8)->count, 1u);
}

TEST_F(FenceTest, ARepeatedAppendIsADuplicateAlsoUnderATokenThatIsFencedNow) {
  const auto append = [this](Sequence token) {
    std::string record = testing::NewRecord("c", "text");
    wire::AppendBytesField(record, wire::record_field::kId, "once");
    AppendRequest request = testing::MakeRequest({record});
    request.conditions = {.lease = Token(token)};
    return Submit(log(), std::move(request)).get();
  };
  EXPECT_EQ(append(5)->count, 1u);
  EXPECT_TRUE(AppendUnder(9).get().ok());
  const auto again = append(5);
  ASSERT_TRUE(again.ok()) << again.status();
  EXPECT_EQ(again->outcomes.at(0).kind, RecordOutcome::Kind::kDuplicate);
}

TEST_F(FenceTest, OfACommitThatFailedNothingIsBelieved) {
  committer.reset();
  options.recovery_pause_us = 0;
  Start();
  EXPECT_TRUE(AppendUnder(5).get().ok());
  store.SetCommitFate(FakeStore::CommitFate::kFailed);
  EXPECT_EQ(ReasonText(AppendUnder(9).get().status()), "STORE_FAILED");
  store.SetCommitFate(FakeStore::CommitFate::kWritten);
  EXPECT_TRUE(AppendUnder(5).get().ok()) << "the token of what was lost was never seen";
  store.SetCommitFate(FakeStore::CommitFate::kFailedThoughWritten);
  EXPECT_EQ(ReasonText(AppendUnder(9).get().status()), "STORE_FAILED");
  store.SetCommitFate(FakeStore::CommitFate::kWritten);
  ExpectFenced(AppendUnder(5), 9);
}

TEST(FenceCache, IsEmptiedWhenItIsFullAndAsksTheStoreAgain) {
  FakeStore store;
  const LogNumber log = store.MakeLog().descriptor.number;
  FenceCache cache(store, 2);
  for (const char* lease : {"a", "b", "c"}) EXPECT_EQ(*cache.Get(log, lease), std::nullopt);
  const int reads = store.reads();
  EXPECT_EQ(*cache.Get(log, "c"), std::nullopt);
  EXPECT_EQ(store.reads(), reads) << "known";
  EXPECT_EQ(*cache.Get(log, "a"), std::nullopt);
  EXPECT_EQ(store.reads(), reads + 1) << "forgotten";
  cache.Put(log, {"a", {0, 7}});
  EXPECT_EQ(*cache.Get(log, "a"), (FencingToken{0, 7}));
}

}  // namespace
}  // namespace replog
