#include <gtest/gtest.h>

#include <cstdlib>
#include <iostream>

#include "base/error.h"
#include "tests/storage/support/faulty_file_system.h"
#include "tests/storage/support/store_driver.h"
#include "tests/support/temp_directory.h"

namespace replog {
namespace {

using testing::TestRecord;

// A place that a reader may have been told, and up to where its history is still the log's: lowered by each
// loss.
struct ToldPosition {
  Epoch epoch;
  Sequence next;
  Sequence agrees_until;
};

// What a log must hold.
struct ModelLog {
  LogNumber number;
  std::vector<TestRecord> records;      // all that were ever given to it, less what was lost
  std::vector<Sequence> boundaries{0};  // the ends of its commits
  Sequence durable = 0;                 // what a loss of power must leave
  Sequence first_kept = 0;
  Sequence first_kept_wanted = 0;  // of a trim whose fate is unknown
  std::vector<ToldPosition> told;
};

// Random commits and trims on a store whose power goes at random moments, against a model.
class PowerLossStory {
 public:
  explicit PowerLossStory(uint64_t seed) : random_(seed) {
    for (const char* name : {"one", "two"}) logs_.push_back({.number = driver_.Create(name)});
  }

  void Run(int lives) {
    for (int life = 0; life < lives && !::testing::Test::HasFailure(); ++life) {
      if (Chance(2)) files_->PowerOffAfter(random_() % 400);
      for (uint64_t steps = random_() % 40; steps > 0 && !files_->off(); --steps) Step();
      LosePower();
      CheckAll();
    }
  }

 private:
  bool Chance(uint64_t one_in) { return random_() % one_in == 0; }

  void Step() {
    ModelLog& log = logs_[random_() % logs_.size()];
    if (Chance(15)) return Trim(log);
    Commit();
  }

  // A commit of one or both logs.
  void Commit() {
    const Durability durability = Chance(3) ? Durability::kSync : Durability::kOs;
    std::vector<LogCommit> commits;
    std::vector<ModelLog*> written;
    for (ModelLog& log : logs_) {
      if (!written.empty() && Chance(2)) break;
      const StoredLog stored = driver_.LogOf(log.number);
      ASSERT_EQ(stored.end, log.records.size());
      auto records = MakeRecords();
      commits.push_back(testing::MakeCommit(stored, records));
      log.records.insert(log.records.end(), records.begin(), records.end());
      log.boundaries.push_back(log.records.size());
      log.told.push_back({stored.epochs.current(), log.records.size(), log.records.size()});
      written.push_back(&log);
    }
    const bool acknowledged = driver_.store().Commit(commits, durability).ok();
    ASSERT_TRUE(acknowledged || files_->off());
    if (acknowledged && durability == Durability::kSync) AllDurable();
  }

  std::vector<TestRecord> MakeRecords() {
    std::vector<TestRecord> records;
    for (uint64_t count = random_() % 12 + 1; count > 0; --count) {
      const size_t size = Chance(8) ? random_() % 60'000 : random_() % 300;
      records.push_back(
          {"c" + std::to_string(random_() % 3), std::to_string(++unique_) + std::string(size, 'x')});
    }
    return records;
  }

  void Trim(ModelLog& log) {
    log.first_kept_wanted = std::max<Sequence>(log.first_kept, random_() % (log.records.size() + 1));
    if (!driver_.store().Trim(log.number, log.first_kept_wanted).ok()) {
      ASSERT_TRUE(files_->off());
      return;
    }
    if (log.first_kept_wanted > log.first_kept) AllDurable();
    log.first_kept = log.first_kept_wanted;
  }

  // One log file holds the commits of all logs in order, so a sync keeps all that came before.
  void AllDurable() {
    for (ModelLog& log : logs_) log.durable = log.records.size();
  }

  // Power goes and comes, until a start gets through.
  void LosePower() {
    do {
      files_->PowerOff();
      driver_.Close();
      files_->PowerOn(random_);
      if (Chance(3)) files_->PowerOffAfter(random_() % 60);
      const auto status = driver_.Open();
      ASSERT_TRUE(status.ok() || files_->off()) << status;
    } while (files_->off());
    // The rest of a power failure that did not come in time for the start may come later.
  }

  void CheckAll() {
    for (ModelLog& log : logs_) {
      if (::testing::Test::HasFailure()) return;
      CheckHistory(log);
      CheckPositions(log);
    }
  }

  void CheckHistory(ModelLog& log) {
    const StoredLog stored = driver_.LogOf(log.number);
    ASSERT_GE(stored.end, log.durable) << "something acknowledged is gone";
    ASSERT_LE(stored.end, log.records.size());
    ASSERT_TRUE(std::count(log.boundaries.begin(), log.boundaries.end(), stored.end)) << "half a commit";
    ASSERT_TRUE(stored.first_kept == log.first_kept || stored.first_kept == log.first_kept_wanted);
    log.first_kept = log.first_kept_wanted = stored.first_kept;
    log.records.resize(stored.end);
    std::erase_if(log.boundaries, [&](Sequence end) { return end > stored.end; });
    log.durable = stored.end;  // a start syncs what it found
    const std::vector<TestRecord> expected(log.records.begin() + static_cast<ptrdiff_t>(log.first_kept),
                                           log.records.end());
    ASSERT_EQ(driver_.ReadAll(log.number), expected);
    ASSERT_EQ(driver_.Verify(log.number).problem_count, 0u);
  }

  void CheckPositions(ModelLog& log) {
    const StoredLog stored = driver_.LogOf(log.number);
    for (ToldPosition& told : log.told) {
      told.agrees_until = std::min(told.agrees_until, stored.end);
      const auto status = stored.epochs.Check(told.epoch, told.next, stored.end);
      if (told.agrees_until == told.next) {
        ASSERT_TRUE(status.ok()) << status;
        continue;
      }
      ASSERT_EQ(ReasonOf(status), Reason::kForked) << status;
      ASSERT_EQ(MetadataOf(status)[0].second, std::to_string(told.agrees_until)) << status;
    }
  }

  std::mt19937_64 random_;
  const std::shared_ptr<testing::FaultyFileSystem> files_ = std::make_shared<testing::FaultyFileSystem>();
  const std::unique_ptr<rocksdb::Env> env_ = rocksdb::NewCompositeEnv(files_);
  const testing::TempDirectory scratch_;
  testing::StoreDriver driver_{testing::SmallStore(scratch_ / "data", env_.get())};
  std::vector<ModelLog> logs_;
  uint64_t unique_ = 0;
};

class PowerLossTest : public ::testing::TestWithParam<uint64_t> {};

TEST_P(PowerLossTest, KeepsWhatWasSyncedAsAPrefixAndEpochsTellWhatWasLost) {
  PowerLossStory(GetParam()).Run(20);
}

// REPLOG_SEED adds a seed of one's own.
std::vector<uint64_t> Seeds() {
  std::vector<uint64_t> seeds{1, 2, 3, 4};
  if (const char* seed = std::getenv("REPLOG_SEED")) seeds.push_back(std::strtoull(seed, nullptr, 10));
  return seeds;
}

INSTANTIATE_TEST_SUITE_P(Seeds, PowerLossTest, ::testing::ValuesIn(Seeds()));

TEST(PowerLoss, ALostUnsyncedSuffixIsForkedAlsoAfterOthersWereWrittenThere) {
  const auto files = std::make_shared<testing::FaultyFileSystem>();
  const auto env = rocksdb::NewCompositeEnv(files);
  const testing::TempDirectory scratch;
  testing::StoreDriver driver(testing::SmallStore(scratch / "data", env.get()));
  const LogNumber log = driver.Create("log");
  ASSERT_TRUE(driver.Append(log, testing::NumberedRecords("c", "synced", 5)).ok());
  const Epoch epoch = driver.LogOf(log).epochs.current();
  // Large, so that some of them are lost whatever part of the file survives.
  for (int i = 0; i < 20; ++i) {
    ASSERT_TRUE(
        driver.Append(log, testing::NumberedRecords("c", std::string(5000, 'u'), 5), Durability::kOs).ok());
  }
  files->PowerOff();
  driver.Close();
  std::mt19937_64 random(1);
  files->PowerOn(random);
  ASSERT_TRUE(driver.Open().ok());

  const Sequence kept = driver.LogOf(log).end;
  ASSERT_GE(kept, 5u);
  ASSERT_LT(kept, 105u);
  for (int i = 0; i < 2; ++i) {
    const StoredLog stored = driver.LogOf(log);
    const auto status = stored.epochs.Check(epoch, 105, stored.end);
    EXPECT_EQ(ReasonOf(status), Reason::kForked) << status;
    EXPECT_EQ(MetadataOf(status)[0].second, std::to_string(kept));
    EXPECT_TRUE(stored.epochs.Check(epoch, kept, stored.end).ok());
    ASSERT_TRUE(driver.Append(log, testing::NumberedRecords("c", "other", 200)).ok());
  }
}

}  // namespace
}  // namespace replog
