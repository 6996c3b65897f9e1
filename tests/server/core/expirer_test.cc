#include "server/core/expirer.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <map>
#include <random>

#include "tests/server/core/core_fixture.h"

namespace replog {
namespace {

using testing::CoreFixture;
using ::testing::ElementsAre;
using testing::FakeStore;
using ::testing::IsEmpty;
using testing::Keyed;
using testing::MakeRequest;
using testing::MetadataValue;
using testing::NewRecord;
using testing::ReasonText;
using testing::Seen;
using Texts = std::vector<std::string>;

constexpr int64_t kSecond = 1'000'000;
constexpr int64_t kMinute = 60 * kSecond;
constexpr int64_t kHour = 60 * kMinute;

// Runs work at once, so that a test knows when it was done.
class InlineExecutor final : public Executor {
 public:
  void Post(std::function<void()> work) override { work(); }
};

// "a=1" for a value, "a-" for a tombstone.
Texts Shown(const std::vector<Seen>& records) {
  Texts shown;
  for (const Seen& record : records) {
    if (record.key.empty()) {
      shown.push_back(record.text);
    } else {
      shown.push_back(record.key + (record.deleted ? "-" : "=" + record.text));
    }
  }
  return shown;
}

// An expirer over a committer, a store in memory, and a clock that a test moves.
class ExpirerTest : public ::testing::Test, public CoreFixture {
 protected:
  ~ExpirerTest() override {
    if (expirer != nullptr) expirer->Stop();
  }
  void Start() {
    CoreFixture::Start();
    expirer = std::make_unique<Expirer>(expirer_options, store, committer->queue(), expiries, trusted, alarms,
                                        inline_executor);
  }
  int64_t In(int64_t us) const { return clock.wall_us + us; }
  Outcome Submit(const Keyed& record) { return CoreFixture::Submit(log(), MakeRequest({NewRecord(record)})); }
  void Put(const std::string& key, const std::string& text, std::optional<int64_t> expires_us = {},
           std::optional<uint64_t> version = {}) {
    ASSERT_TRUE(Submit({key, text, version, expires_us}).get().ok());
  }
  void Delete(const std::string& key) { ASSERT_TRUE(Submit({key, std::nullopt}).get().ok()); }
  // The timer rings.
  void Ring() { expirer->OnTime(clock.monotonic_us); }
  // Time goes on, and the timer rings when it is due, until nothing is left to do.
  void Pass(int64_t us) {
    for (; us > 0; us -= kTick) {
      clock.Advance(std::min(us, kTick));
      Ring();
      expirer->AwaitIdle();
    }
  }
  void AwaitRecovery() {
    while (!committer->Run([] { return absl::OkStatus(); }).ok()) clock.Advance(1);
  }
  std::vector<Seen> Records() { return Stored(log()); }
  size_t Indexed() { return store.Expiries(log()->number(), {})->entries.size(); }

  static constexpr int64_t kTick = 250'000;
  Expirer::Options expirer_options;
  Alarms alarms;
  TrustedClock trusted{{.max_jump_us = kMinute, .settle_us = kHour}, clock, alarms};
  InlineExecutor inline_executor;
  std::unique_ptr<Expirer> expirer;
};

TEST_F(ExpirerTest, AppendsATombstoneOnceTheTimeIsPast) {
  Start();
  Put("a", "1", In(10 * kSecond), 7);
  Pass(10 * kSecond);
  EXPECT_THAT(Shown(Records()), ElementsAre("a=1")) << "not before, and not at the very microsecond";
  EXPECT_EQ(Records()[0].expires_us, Records()[0].time_us + 10 * kSecond);
  clock.Advance(1);
  Ring();
  expirer->AwaitIdle();
  ASSERT_THAT(Shown(Records()), ElementsAre("a=1", "a-"));
  const Seen tombstone = Records()[1];
  EXPECT_EQ(tombstone.sequence, 1u);
  EXPECT_EQ(tombstone.channel, "c");
  EXPECT_EQ(tombstone.version, 7u);
  EXPECT_EQ(tombstone.time_us, clock.wall_us);
  EXPECT_FALSE(tombstone.expires_us);
  EXPECT_EQ(tombstone.text, "");
  Pass(kMinute);
  EXPECT_EQ(Records().size(), 2u) << "once";
  EXPECT_EQ(Indexed(), 0u) << "and the index forgets it";
}

TEST_F(ExpirerTest, ATombstoneHasNoVersionWhereTheRecordHadNone) {
  Start();
  Put("a", "1", In(kSecond));
  Pass(2 * kSecond);
  EXPECT_FALSE(Records()[1].version);
}

TEST_F(ExpirerTest, ARewriteBeforeTheTimeWins) {
  Start();
  Put("a", "1", In(10 * kSecond));
  Put("a", "2");
  Put("b", "1", In(10 * kSecond));
  Put("b", "2", In(20 * kSecond));
  Put("c", "1", In(10 * kSecond));
  Delete("c");
  Put("d", "1", In(10 * kSecond));
  Put("d", "2", In(5 * kSecond));
  const auto written = Shown(Records());
  Pass(15 * kSecond);
  auto expected = written;
  expected.push_back("d-");
  EXPECT_EQ(Shown(Records()), expected);
  Pass(15 * kSecond);
  expected.push_back("b-");
  EXPECT_EQ(Shown(Records()), expected);
  EXPECT_EQ(Indexed(), 0u);
}

TEST_F(ExpirerTest, ARewriteThatIsCommittedWhileTheTombstoneIsUnderWayWins) {
  Start();
  for (const char* key : {"a", "b", "c"}) Put(key, "1", In(kSecond));
  clock.Advance(2 * kSecond);
  Outcome rewrite, removal;
  InOneGroup([&] {
    rewrite = Submit({"a", "2"});
    removal = Submit({"b", std::nullopt});
    Ring();  // sees the table as it is without them
  });
  expirer->AwaitIdle();
  EXPECT_TRUE(rewrite.get().ok() && removal.get().ok());
  EXPECT_THAT(Shown(Records()), ElementsAre("a=1", "b=1", "c=1", "held", "a=2", "b-", "c-"));
  EXPECT_EQ(Indexed(), 0u);
}

TEST_F(ExpirerTest, ARewriteOfTheSameTimeTakesTheEntryOver) {
  Start();
  const int64_t expires_us = In(10 * kSecond);
  Put("a", "1", expires_us);
  Put("a", "2", expires_us);
  Pass(11 * kSecond);
  EXPECT_THAT(Shown(Records()), ElementsAre("a=1", "a=2", "a-"));
}

TEST_F(ExpirerTest, FindsWhatExpiredWhileTheServerWasDown) {
  Start();
  Put("a", "1", In(kSecond));
  Put("b", "1", In(kHour));
  expirer->Stop();
  committer.reset();
  clock.Advance(10 * kMinute);
  expiries.Add(log(), 0);  // as at a start
  Start();
  Ring();
  expirer->AwaitIdle();
  EXPECT_THAT(Shown(Records()), ElementsAre("a=1", "b=1", "a-"));
  Pass(kHour);
  EXPECT_THAT(Shown(Records()), ElementsAre("a=1", "b=1", "a-", "b-"));
}

TEST_F(ExpirerTest, ThousandsDueAtOnceGoInRoundsAndLetOthersIn) {
  constexpr size_t kCount = 3'000;
  expirer_options.round_entries = 100;
  Start();
  std::vector<std::string> records;
  for (size_t i = 0; i < kCount; ++i) {
    records.push_back(NewRecord({"k" + std::to_string(i), "v", {}, In(kSecond)}));
  }
  ASSERT_TRUE(CoreFixture::Submit(log(), MakeRequest(records)).get().ok());
  clock.Advance(2 * kSecond);
  Outcome other;
  InOneGroup([&] {
    Ring();
    other = Append("other");
  });
  expirer->AwaitIdle();
  EXPECT_LE(other.get()->first, kCount + 1 + 100) << "after one round";
  const auto all = Records();
  EXPECT_EQ(all.size(), 2 * kCount + 2);
  std::map<std::string, int> tombstones;
  for (const Seen& record : all) tombstones[record.key] += record.deleted ? 1 : 0;
  EXPECT_EQ(tombstones.size(), kCount + 1);
  for (const auto& [key, count] : tombstones) EXPECT_EQ(count, key.empty() ? 0 : 1) << key;
  EXPECT_EQ(all.back().time_us, clock.wall_us) << "and all at one ring of the timer";
}

TEST_F(ExpirerTest, ARoundIsOfAllLogsThatHaveSomethingDue) {
  std::vector<LogPtr> logs;
  for (int i = 0; i < 50; ++i) logs.push_back(AddLog("log-" + std::to_string(i)));
  Start();
  for (const LogPtr& log : logs) {
    auto request = MakeRequest({NewRecord({"a", "1", {}, In(kSecond)})});
    ASSERT_TRUE(CoreFixture::Submit(log, std::move(request)).get().ok());
  }
  const int commits = store.commits();
  clock.Advance(2 * kSecond);
  InOneGroup([&] { Ring(); });
  expirer->AwaitIdle();
  for (const LogPtr& log : logs) EXPECT_THAT(Shown(Stored(log)), ElementsAre("a=1", "a-"));
  EXPECT_EQ(store.commits(), commits + 2) << "one for what was held, one for all tombstones";
}

TEST_F(ExpirerTest, IsNeverMoreThanASecondLate) {
  Start();
  std::mt19937_64 random(2);
  for (int i = 0; i < 300; ++i) {
    Put(std::to_string(i), "v", In(1 + static_cast<int64_t>(random() % (5 * kSecond))));
    if (i % 7 == 0) Pass(static_cast<int64_t>(random() % kSecond));
  }
  Pass(6 * kSecond);
  std::map<std::string, int64_t> expires;
  size_t tombstones = 0;
  for (const Seen& record : Records()) {
    if (record.expires_us) expires[record.key] = *record.expires_us;
    if (!record.deleted) continue;
    ++tombstones;
    EXPECT_GT(record.time_us, expires[record.key]);
    EXPECT_LE(record.time_us, expires[record.key] + kSecond) << record.key;
  }
  EXPECT_EQ(tombstones, 300u);
}

TEST_F(ExpirerTest, AForwardJumpOfTheClockExpiresNothing) {
  Start();
  Put("a", "1", In(10 * kSecond));
  clock.wall_us += kHour;
  Pass(5 * kSecond);
  EXPECT_THAT(Shown(Records()), ElementsAre("a=1"));
  EXPECT_EQ(alarms.Active().count("CLOCK_JUMPED"), 1u);
  clock.wall_us -= kHour;
  Pass(4 * kSecond);
  EXPECT_THAT(Shown(Records()), ElementsAre("a=1")) << "its time has not come";
  EXPECT_THAT(alarms.Active(), IsEmpty());
  Pass(2 * kSecond);
  EXPECT_THAT(Shown(Records()), ElementsAre("a=1", "a-"));
}

TEST_F(ExpirerTest, GoesOnWithAJumpThatHasSettled) {
  Start();
  Put("a", "1", In(2 * kHour));
  clock.wall_us += 3 * kHour;
  Pass(kHour);
  EXPECT_THAT(Shown(Records()), ElementsAre("a=1"));
  Pass(2 * kTick);
  EXPECT_THAT(Shown(Records()), ElementsAre("a=1", "a-"));
}

TEST_F(ExpirerTest, AJumpBetweenTheRingAndTheLookExpiresNothing) {
  Start();
  Put("a", "1", In(kSecond));
  Put("b", "1", In(kHour));
  clock.Advance(2 * kSecond);
  // "a" is due; while its tombstone is under way the clock jumps.
  InOneGroup([&] {
    Ring();
    clock.wall_us += 2 * kHour;
  });
  expirer->AwaitIdle();
  EXPECT_THAT(Shown(Records()), ElementsAre("a=1", "b=1", "held", "a-"));
}

TEST_F(ExpirerTest, AJumpBackOnlyDelays) {
  Start();
  Put("a", "1", In(10 * kSecond));
  clock.wall_us -= kHour;
  Pass(kHour);
  EXPECT_THAT(Shown(Records()), ElementsAre("a=1"));
  EXPECT_THAT(alarms.Active(), IsEmpty());
  Put("b", "1", In(kSecond));
  Pass(11 * kSecond);
  const auto all = Records();
  EXPECT_THAT(Shown(all), ElementsAre("a=1", "b=1", "b-", "a-"));
  for (size_t i = 1; i < all.size(); ++i) EXPECT_GE(all[i].time_us, all[i - 1].time_us);
}

TEST_F(ExpirerTest, WaitsForRoomWhereTheQueueIsFull) {
  options.queue.max_log_bytes = 2'000;  // three tombstones or so
  Start();
  for (int i = 0; i < 40; ++i) Put("k" + std::to_string(i), "v", In(kSecond));
  clock.Advance(2 * kSecond);
  InOneGroup([&] { Ring(); });
  expirer->AwaitIdle();
  EXPECT_EQ(Records().size(), 40u + 1 + 40u) << "all of one ring";
  EXPECT_EQ(Indexed(), 0u);
}

TEST_F(ExpirerTest, TriesAgainWhatAFailedWriteLeftUnknown) {
  for (const auto fate : {FakeStore::CommitFate::kFailed, FakeStore::CommitFate::kFailedThoughWritten}) {
    options.recovery_pause_us = 1;
    Start();
    Put("a", "1", In(kSecond));
    const size_t before = Records().size();
    clock.Advance(2 * kSecond);
    store.SetCommitFate(fate);
    store.SetRecoverFails(true);
    Ring();
    expirer->AwaitIdle();
    store.SetCommitFate(FakeStore::CommitFate::kWritten);
    store.SetRecoverFails(false);
    AwaitRecovery();
    Pass(3 * kSecond);
    ASSERT_EQ(Records().size(), before + 1) << "one tombstone, however often it was tried";
    EXPECT_TRUE(Records().back().deleted);
    EXPECT_EQ(Indexed(), 0u);
    expirer->Stop();
    committer.reset();
  }
}

TEST_F(ExpirerTest, WhatRecoveryFindsExpiresToo) {
  options.recovery_pause_us = 1;
  Start();
  store.SetCommitFate(FakeStore::CommitFate::kFailedThoughWritten);
  EXPECT_EQ(ReasonText(Submit({"a", "1", {}, In(kSecond)}).get().status()), "STORE_FAILED");
  store.SetCommitFate(FakeStore::CommitFate::kWritten);
  AwaitRecovery();
  Pass(3 * kSecond);
  EXPECT_THAT(Shown(Records()), ElementsAre("a=1", "a-"));
}

TEST_F(ExpirerTest, GoesOnWhenTheDiskHasSpaceAgain) {
  Start();
  Put("a", "1", In(kSecond));
  store.SetFreeBytes(0);
  Pass(5 * kSecond);
  EXPECT_THAT(Shown(Records()), ElementsAre("a=1"));
  store.SetFreeBytes(UINT64_MAX);
  Pass(2 * kSecond);
  EXPECT_THAT(Shown(Records()), ElementsAre("a=1", "a-"));
}

TEST_F(ExpirerTest, WhatIsDamagedHoldsUpNothingElseAndIsSaid) {
  Start();
  Put("damaged", "1", In(kSecond));
  Put("whole", "1", In(kSecond));
  const LogPtr other = AddLog("other");
  auto request = MakeRequest({NewRecord({"a", "1", {}, In(kSecond)})});
  ASSERT_TRUE(CoreFixture::Submit(other, std::move(request)).get().ok());
  store.OnTableRead([](std::string_view key) {
    return key == "damaged" ? MakeError(Reason::kCorruptChunk, "a block is bad") : absl::OkStatus();
  });
  Pass(10 * kSecond);
  EXPECT_THAT(Shown(Records()), ElementsAre("damaged=1", "whole=1", "whole-"));
  EXPECT_THAT(Shown(Stored(other)), ElementsAre("a=1", "a-"));
  ASSERT_EQ(alarms.Active().count("EXPIRY_DAMAGED"), 1u);
  EXPECT_THAT(alarms.Active()["EXPIRY_DAMAGED"], ::testing::HasSubstr("a block is bad"));
}

TEST_F(ExpirerTest, NothingOfADeletedLogExpires) {
  Start();
  const LogPtr doomed = AddLog("doomed");
  auto request = MakeRequest({NewRecord({"a", "1", {}, In(kSecond)})});
  ASSERT_TRUE(CoreFixture::Submit(doomed, std::move(request)).get().ok());
  clock.Advance(2 * kSecond);
  doomed->deleted = true;  // it is due, and refuses appends
  Ring();
  expirer->AwaitIdle();
  EXPECT_EQ(Stored(doomed).size(), 1u);
  Pass(5 * kSecond);
  EXPECT_FALSE(expiries.HasDue(INT64_MAX)) << "it does not come back";
}

TEST_F(ExpirerTest, StopsAlsoWhenAppendsHaveStopped) {
  Start();
  Put("a", "1", In(kSecond));
  committer->Stop();
  clock.Advance(2 * kSecond);
  Ring();
  expirer->Stop();
  EXPECT_EQ(expirer->OnTime(clock.monotonic_us), 0) << "the timer is not needed any more";
  EXPECT_THAT(Shown(Records()), ElementsAre("a=1"));
}

TEST_F(ExpirerTest, WhatExpiresTooEarlyOrTooLateIsRefusedAsAWhole) {
  Start();
  const auto refused = [&](int64_t expires_us) {
    auto request =
        MakeRequest({NewRecord({"good", "1", {}, In(kHour)}), NewRecord({"bad", "1", {}, expires_us})});
    const auto status = CoreFixture::Submit(log(), std::move(request)).get().status();
    EXPECT_EQ(ReasonText(status), "INVALID_FIELD") << status;
    EXPECT_EQ(MetadataValue(status, "field"), "records[1].expires");
    EXPECT_NE(MetadataValue(status, "server_time"), "");
  };
  refused(In(0));
  refused(In(-kHour));
  refused(0);
  refused(In(3'653 * 24 * kHour + 1));
  EXPECT_THAT(Records(), IsEmpty()) << "nothing was written";
  Put("good", "1", In(3'653 * 24 * kHour));
  Put("good", "2", In(1));
}

TEST_F(ExpirerTest, WhetherItIsTooEarlyIsAskedWhenItIsWritten) {
  Start();
  Outcome late;
  InOneGroup([&] {
    late = Submit({"a", "1", {}, In(kSecond)});
    clock.Advance(2 * kSecond);
  });
  EXPECT_EQ(ReasonText(late.get().status()), "INVALID_FIELD");
}

TEST_F(ExpirerTest, WhatIsStaleIsStaleWheneverItExpires) {
  Start();
  Put("a", "1", In(kHour), 7);
  auto request = MakeRequest({NewRecord({"a", "0", 6, In(-kSecond)}), NewRecord({"b", "1", 1, In(kHour)})});
  request.conditions.emplace().newer_version_only = true;
  const auto appended = CoreFixture::Submit(log(), std::move(request)).get();
  ASSERT_TRUE(appended.ok()) << appended.status();
  EXPECT_EQ(appended->outcomes[0].kind, RecordOutcome::Kind::kStale);
  EXPECT_THAT(Shown(Records()), ElementsAre("a=1", "b=1"));
}

TEST_F(ExpirerTest, WhatWasAppendedBeforeIsADuplicateAlsoWhenItHasExpired) {
  Start();
  std::string record = NewRecord({"a", "1", {}, In(kSecond)});
  wire::AppendBytesField(record, wire::record_field::kId, "once");
  ASSERT_TRUE(CoreFixture::Submit(log(), MakeRequest({record})).get().ok());
  Pass(2 * kSecond);
  const auto again = CoreFixture::Submit(log(), MakeRequest({record})).get();
  ASSERT_TRUE(again.ok()) << again.status();
  EXPECT_EQ(again->outcomes[0].kind, RecordOutcome::Kind::kDuplicate);
  Pass(2 * kSecond);
  EXPECT_THAT(Shown(Records()), ElementsAre("a=1", "a-"));
}

TEST_F(ExpirerTest, AnOlderVersionStaysTooOldWhenTheKeyHasExpired) {
  Start();
  Put("a", "1", In(kSecond), 7);
  Pass(2 * kSecond);
  auto request = MakeRequest({NewRecord({"a", "0", 6})});
  request.conditions.emplace().newer_version_only = true;
  EXPECT_EQ(CoreFixture::Submit(log(), std::move(request)).get()->outcomes[0].kind,
            RecordOutcome::Kind::kStale);
}

// A map that is told what is written and what time it is, and says what the log must be.
class Model {
 public:
  void Put(const std::string& key, const std::string& text, std::optional<uint64_t> version,
           std::optional<int64_t> expires_us) {
    live_[key] = {version, expires_us};
    log.push_back(key + "=" + text + Suffix(version));
  }
  void Delete(const std::string& key) {
    live_.erase(key);
    log.push_back(key + "-");
  }
  void Expire(int64_t now_us) {
    std::map<std::pair<int64_t, std::string>, std::optional<uint64_t>> due;
    for (const auto& [key, value] : live_) {
      if (value.expires_us && *value.expires_us < now_us) due[{*value.expires_us, key}] = value.version;
    }
    for (const auto& [place, version] : due) {
      live_.erase(place.second);
      log.push_back(place.second + "-" + Suffix(version));
    }
  }
  static std::string Suffix(std::optional<uint64_t> version) {
    return version ? " v" + std::to_string(*version) : "";
  }
  Texts log;

 private:
  struct Value {
    std::optional<uint64_t> version;
    std::optional<int64_t> expires_us;
  };
  std::map<std::string, Value> live_;
};

TEST_F(ExpirerTest, TheLogIsWhatAModelSaysWhateverIsPutAndHoweverTheClockJumps) {
  Start();
  Model model;
  std::mt19937_64 random(13);
  for (int step = 0; step < 4'000; ++step) {
    const std::string key = std::to_string(random() % 12);
    const uint64_t kind = random() % 100;
    if (kind < 45) {
      const std::string text = std::to_string(step);
      const auto version = random() % 2 == 0 ? std::optional<uint64_t>(random() % 9) : std::nullopt;
      const auto expires_us = random() % 4 == 0
                                  ? std::nullopt
                                  : std::optional(In(1 + static_cast<int64_t>(random() % (20 * kSecond))));
      Put(key, text, expires_us, version);
      model.Put(key, text, version, expires_us);
    } else if (kind < 55) {
      Delete(key);
      model.Delete(key);
    } else if (kind < 56) {
      clock.wall_us -= static_cast<int64_t>(random() % kMinute);
    } else if (kind < 57) {
      const auto jump_us = static_cast<int64_t>(kMinute + 1 + random() % kHour);
      clock.wall_us += jump_us;
      Pass(kSecond);  // nothing expires
      clock.wall_us -= jump_us;
    } else {
      clock.Advance(static_cast<int64_t>(random() % (2 * kSecond)));
      Ring();
      expirer->AwaitIdle();
      model.Expire(clock.wall_us);
    }
  }
  Texts log;
  for (const Seen& record : Records())
    log.push_back(record.key + (record.deleted ? "-" : "=" + record.text) + Model::Suffix(record.version));
  ASSERT_EQ(log, model.log);
}

}  // namespace
}  // namespace replog
