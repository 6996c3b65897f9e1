#include <gtest/gtest.h>

#include "proto/wire/fields.h"
#include "tests/server/core/core_fixture.h"

namespace replog {
namespace {

using testing::CoreFixture;
using testing::FakeStore;
using testing::MetadataValue;
using testing::ReasonText;
using Kind = RecordOutcome::Kind;
namespace rf = wire::record_field;

struct Keyed {
  std::string key;
  std::string text;
  std::optional<uint64_t> version = std::nullopt;
  bool deleted = false;
};

std::string Encode(const Keyed& record) {
  std::string encoded;
  wire::AppendBytesField(encoded, rf::kChannel, "c");
  wire::AppendBytesField(encoded, rf::kKey, record.key);
  if (record.deleted) wire::AppendVarintField(encoded, rf::kDeleted, 1);
  if (!record.deleted) wire::AppendBytesField(encoded, rf::kText, record.text);
  if (record.version) wire::AppendVarintField(encoded, rf::kVersion, *record.version);
  return encoded;
}

// Appends with conditions through the committer, alone and several in one group.
class AdmissionTest : public ::testing::Test, public CoreFixture {
 protected:
  AdmissionTest() { Start(); }

  Outcome Append(const std::vector<Keyed>& records, AppendConditions conditions) {
    std::vector<std::string> encoded;
    for (const Keyed& record : records) encoded.push_back(Encode(record));
    AppendRequest request = testing::MakeRequest(encoded);
    request.conditions = std::move(conditions);
    return Submit(log(), std::move(request));
  }
  Outcome Put(const Keyed& record) { return Append({record}, {}); }
  static AppendConditions IfAt(const std::string& key, Sequence sequence) {
    return {{}, {{"c", key, sequence}}, false};
  }
  static AppendConditions IfAbsent(const std::string& key) { return {{}, {{"c", key, std::nullopt}}, false}; }
  static AppendConditions IfNewer() { return {{}, {}, true}; }
  static AppendConditions IfEnd(Sequence end) { return {end, {}, false}; }

  void ExpectFailed(Outcome outcome, const std::string& field, const std::string& name,
                    const std::string& value) {
    const auto status = outcome.get().status();
    EXPECT_EQ(ReasonText(status), "CONDITION_FAILED");
    EXPECT_EQ(MetadataValue(status, "field"), field) << status;
    EXPECT_EQ(MetadataValue(status, name), value) << status;
  }
  Sequence End() { return log()->tail().committed_end(); }
};

TEST_F(AdmissionTest, AnExpectedEndMustBeTheEnd) {
  EXPECT_EQ(Append({{"a", "1"}}, IfEnd(0)).get()->first, 0u);
  ExpectFailed(Append({{"a", "2"}}, IfEnd(0)), "conditions.expected_end", "end_sequence", "1");
  ExpectFailed(Append({{"a", "2"}}, IfEnd(2)), "conditions.expected_end", "end_sequence", "1");
  EXPECT_EQ(End(), 1u) << "nothing was written";
  EXPECT_EQ(Append({{"a", "2"}}, IfEnd(1)).get()->first, 1u);
}

TEST_F(AdmissionTest, AnExpectedSequenceMustBeTheKeysNewest) {
  ASSERT_TRUE(Put({"a", "0"}).get().ok());
  ExpectFailed(Append({{"b", "1"}}, IfAt("b", 0)), "conditions.keys[0]", "key", "b");
  EXPECT_TRUE(Append({{"a", "1"}}, IfAt("a", 0)).get().ok());
  ExpectFailed(Append({{"a", "2"}}, IfAt("a", 0)), "conditions.keys[0]", "sequence", "1");
  EXPECT_EQ(End(), 2u);
}

TEST_F(AdmissionTest, AnAbsentKeyWasNeverWrittenOrIsDeleted) {
  EXPECT_TRUE(Append({{"a", "1"}}, IfAbsent("a")).get().ok());
  ExpectFailed(Append({{"a", "2"}}, IfAbsent("a")), "conditions.keys[0]", "sequence", "0");
  ASSERT_TRUE(Put({"a", "", {}, true}).get().ok());
  EXPECT_TRUE(Append({{"a", "3"}}, IfAbsent("a")).get().ok());
}

TEST_F(AdmissionTest, ATombstoneCanBeExpectedByItsSequence) {
  ASSERT_TRUE(Put({"a", "", {}, true}).get().ok());
  EXPECT_TRUE(Append({{"a", "1"}}, IfAt("a", 0)).get().ok());
}

TEST_F(AdmissionTest, OneFailedExpectationRejectsTheWholeBatch) {
  AppendConditions conditions = IfAbsent("a");
  conditions.keys.push_back({"c", "b", 5});
  ExpectFailed(Append({{"a", "1"}, {"x", "2"}}, conditions), "conditions.keys[1]", "key", "b");
  EXPECT_EQ(End(), 0u);
  EXPECT_EQ(store.commits(), 0) << "nothing is written for nothing";
}

TEST_F(AdmissionTest, OlderVersionsAreStaleAndNotWritten) {
  ASSERT_TRUE(Append({{"a", "five", 5}}, IfNewer()).get().ok());
  const auto answer =
      Append({{"a", "four", 4}, {"b", "one", 1}, {"a", "five again", 5}, {"a", "six", 6}}, IfNewer()).get();
  ASSERT_TRUE(answer.ok()) << answer.status();
  EXPECT_EQ(answer->first, 1u);
  EXPECT_EQ(answer->count, 2u);
  ASSERT_EQ(answer->outcomes.size(), 4u);
  EXPECT_EQ(answer->outcomes[0].kind, Kind::kStale);
  EXPECT_EQ(answer->outcomes[0].version, 5u);
  EXPECT_EQ(answer->outcomes[0].sequence, 0u);
  EXPECT_EQ(answer->outcomes[1].kind, Kind::kAppended);
  EXPECT_EQ(answer->outcomes[1].sequence, 1u);
  EXPECT_EQ(answer->outcomes[2].kind, Kind::kStale);
  EXPECT_EQ(answer->outcomes[3].sequence, 2u);
  EXPECT_EQ(answer->position.next_sequence, 3u);
}

TEST_F(AdmissionTest, ABatchThatIsWhollyStaleWritesNothing) {
  ASSERT_TRUE(Append({{"a", "five", 5}}, IfNewer()).get().ok());
  const auto answer = Append({{"a", "five", 5}}, IfNewer()).get();
  ASSERT_TRUE(answer.ok()) << answer.status();
  EXPECT_EQ(answer->count, 0u);
  EXPECT_EQ(answer->position.next_sequence, 1u);
  EXPECT_EQ(End(), 1u);
  EXPECT_EQ(store.commits(), 1);
}

TEST_F(AdmissionTest, AValueWithoutAVersionIsOlderThanAny) {
  ASSERT_TRUE(Put({"a", "unversioned"}).get().ok());
  EXPECT_EQ(Append({{"a", "zero", 0}}, IfNewer()).get()->count, 1u);
}

TEST_F(AdmissionTest, ATombstonesVersionHoldsBackOlderValues) {
  ASSERT_TRUE(Append({{"a", "", 7, true}}, IfNewer()).get().ok());
  EXPECT_EQ(Append({{"a", "late", 6}}, IfNewer()).get()->count, 0u);
  EXPECT_EQ(Append({{"a", "new", 8}}, IfNewer()).get()->count, 1u);
}

TEST_F(AdmissionTest, AppendsOfOneGroupSeeWhatThoseBeforeThemWrite) {
  Outcome plain;
  std::vector<Outcome> races;
  Outcome at_end;
  InOneGroup([&] {
    plain = Put({"b", "plain"});
    for (int i = 0; i < 3; ++i) races.push_back(Append({{"a", std::to_string(i)}}, IfAbsent("a")));
    at_end = Append({{"b", "next"}}, IfAt("b", 1));
  });
  EXPECT_EQ(plain.get()->first, 1u);
  EXPECT_EQ(races[0].get()->first, 2u);
  ExpectFailed(std::move(races[1]), "conditions.keys[0]", "sequence", "2");
  ExpectFailed(std::move(races[2]), "conditions.keys[0]", "sequence", "2");
  EXPECT_EQ(at_end.get()->first, 3u);
  EXPECT_EQ(store.commits(), 2) << "all of it was one group";
}

TEST_F(AdmissionTest, WhatARejectedAppendWouldHaveWrittenNobodySees) {
  ASSERT_TRUE(Append({{"a", "three", 3}}, IfNewer()).get().ok());
  Outcome rejected;
  Outcome next;
  int reads = 0;
  InOneGroup([&] {
    // The second key of the first append cannot be read.
    store.OnTableRead([&](std::string_view key) {
      return key == "damaged" && ++reads == 1 ? absl::InternalError("input/output error") : absl::OkStatus();
    });
    rejected = Append({{"a", "five", 5}, {"damaged", "x", 1}}, IfNewer());
    next = Append({{"a", "four", 4}}, IfNewer());
  });
  EXPECT_EQ(ReasonText(rejected.get().status()), "STORE_RECOVERING") << "and so not written";
  EXPECT_EQ(next.get()->count, 1u);
}

TEST_F(AdmissionTest, WhatARejectionTellsIsDurableWhenItIsAnswered) {
  store.HoldCommits(true);
  auto held = Put({"held", "h"});
  store.AwaitHeldCommits(1);
  auto first = Append({{"a", "1"}}, IfAbsent("a"));
  auto rejected = Append({{"a", "2"}}, IfAbsent("a"));
  store.SetCommitFate(FakeStore::CommitFate::kFailed);
  store.HoldCommits(false);
  EXPECT_EQ(ReasonText(held.get().status()), "STORE_FAILED");
  EXPECT_EQ(ReasonText(first.get().status()), "STORE_FAILED");
  EXPECT_EQ(ReasonText(rejected.get().status()), "STORE_FAILED") << "the value that it met may not exist";
}

}  // namespace
}  // namespace replog
