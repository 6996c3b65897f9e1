#include <gtest/gtest.h>

#include <algorithm>
#include <cstdlib>
#include <iostream>
#include <map>
#include <memory>
#include <optional>
#include <random>

#include "tests/faults/crash/load_producer.h"
#include "tests/faults/crash/load_subscriber.h"
#include "tests/support/server_process.h"

namespace replog::testing {
namespace {

// One server, two logs, and a load on them: two producers and two subscribers for each log.
class CrashStory {
 public:
  CrashStory(uint64_t seed, v1::Durability second_log) : random_(seed) {
    client_->CreateLog("one", v1::DURABILITY_SYNC);
    client_->CreateLog("two", second_log);
    for (const char* name : {"one", "two"})
      logs_.push_back(std::make_unique<LogState>(name, seed, failures_));
    uint32_t producer = 0;
    for (const auto& log : logs_) {
      for (int i = 0; i < 2; ++i) {
        producers_.push_back(
            std::make_unique<LoadProducer>(producer++, server_.address(), log->ledger, gate_, acknowledged_));
        log->subscribers.push_back(std::make_unique<LoadSubscriber>(server_.address(), log->ledger, gate_));
      }
    }
  }

  ~CrashStory() {
    server_.Kill9();
    gate_.Finish();
    for (const auto& log : logs_) {
      for (const auto& subscriber : log->subscribers) subscriber->Cancel();
    }
  }

  // Load until a random number of records is acknowledged, kill, start again, check.
  void Round() {
    gate_.Open();
    const uint64_t records = random_() % 4 == 0 ? random_() % 20 + 1 : random_() % 4000 + 1;
    const uint64_t before = acknowledged_.value();
    ASSERT_TRUE(acknowledged_.WaitFor(before + records / 2)) << "nothing is acknowledged any more";
    if (random_() % 8 == 0) Trim(*logs_[random_() % logs_.size()]);
    ASSERT_TRUE(acknowledged_.WaitFor(before + records)) << "nothing is acknowledged any more";
    server_.Kill9();
    server_.Restart();
    client_.emplace(server_.address());
    for (const auto& log : logs_) CheckNew(*log);
    ASSERT_EQ(failures_.Text(), "");
  }

  // A last stretch without a crash; then everything once more, from the begin of what is kept.
  void Finish() {
    gate_.Open();
    ASSERT_TRUE(acknowledged_.WaitFor(acknowledged_.value() + 1000));
    gate_.Finish();
    for (const auto& producer : producers_) producer->Join();
    for (const auto& log : logs_) CheckAll(*log);
    for (const auto& producer : producers_) {
      for (const auto& log : logs_) {
        if (log->ledger.log() == producer->log())
          log->ledger.CheckComplete(producer->id(), producer->records());
      }
    }
    ASSERT_EQ(failures_.Text(), "");
    EXPECT_EQ(server_.Terminate(), 0) << server_.Stderr();
    const Finished verified = RunReplogd({"verify", "--data", server_.data()});
    EXPECT_EQ(verified.exit_code, 0) << verified.out << verified.err;
    std::cout << acknowledged_.value() << " records were acknowledged\n";
  }

 private:
  struct LogState {
    LogState(const char* name, uint64_t seed, Failures& failures) : ledger(name, seed, failures) {}
    Ledger ledger;
    uint64_t checked = 0;  // everything before this was read and compared once
    uint64_t trimmed = 0;  // as was acknowledged
    // The sequence of each key's newest record, by channel and key, as far as records were read.
    std::map<std::pair<std::string, std::string>, uint64_t> table;
    // Records that were trimmed away before they were read: they may be some keys' newest.
    std::vector<std::pair<uint64_t, uint64_t>> unread;
    std::vector<std::unique_ptr<LoadSubscriber>> subscribers;
  };

  void Trim(LogState& log) {
    const uint64_t end = client_->GetLog(log.ledger.log()).committed_end();
    log.trimmed = std::max(log.trimmed, random_() % (end + 1));
    client_->Trim(log.ledger.log(), log.trimmed);
  }

  // Nothing is under way: the log must hold everything that anybody was told of, and whole batches.
  void CheckNew(LogState& log) {
    const uint64_t told = log.ledger.end();
    const v1::LogInfo info = client_->GetLog(log.ledger.log());
    ASSERT_GE(info.committed_end(), told) << log.ledger.log() << ": what was acknowledged or shown is gone";
    ASSERT_EQ(info.first_kept_sequence(), log.trimmed);
    const uint64_t from = std::max(log.checked, log.trimmed);
    uint64_t next = from;
    for (const v1::Record& record : client_->ReadAll(log.ledger.log(), from, info.committed_end())) {
      ASSERT_EQ(record.sequence(), next++);
      log.ledger.Seen(record);
      if (record.has_key()) log.table[{record.channel(), record.key()}] = record.sequence();
    }
    ASSERT_EQ(next, info.committed_end());
    if (from > log.checked) log.unread.emplace_back(log.checked, from);
    CheckTable(log, next);
    // The batch that the trim point cuts was whole when it was checked.
    if (from == log.checked) log.ledger.CheckBatches(from, next);
    log.checked = next;
  }

  // The table must be what the records before `end` make it, also those that were trimmed away. A producer
  // that came late may be appending already: what it writes is for the next round.
  void CheckTable(LogState& log, uint64_t end) {
    auto missing = log.table;
    for (int room = 0; room < kLoadChannels; ++room) {
      for (const v1::Record& record : client_->Table(log.ledger.log(), LoadChannel(room))) {
        log.ledger.Seen(record);
        missing.erase({record.channel(), record.key()});
        if (record.sequence() >= end) continue;
        uint64_t& newest = log.table[{record.channel(), record.key()}];
        const bool unread = std::any_of(log.unread.begin(), log.unread.end(), [&](const auto& range) {
          return record.sequence() >= range.first && record.sequence() < range.second;
        });
        if (unread) newest = std::max(newest, record.sequence());
        ASSERT_EQ(record.sequence(), newest)
            << log.ledger.log() << ": key " << record.key() << " of " << record.channel() << "\n"
            << failures_.Text();
      }
    }
    ASSERT_TRUE(missing.empty()) << log.ledger.log() << ": " << missing.size() << " keys are gone";
  }

  // A replay of all that is kept, and every subscriber at the end.
  void CheckAll(LogState& log) {
    const uint64_t end = client_->GetLog(log.ledger.log()).committed_end();
    v1::SubscribeRequest request;
    request.set_log(log.ledger.log());
    request.set_until_sequence(end);
    const auto context = PatientContext();
    const auto stream = client_->log_stub().Subscribe(context.get(), request);
    v1::SubscribeResponse frame;
    uint64_t next = log.trimmed;
    while (stream->Read(&frame)) {
      for (const v1::Record& record : frame.records()) {
        ASSERT_EQ(record.sequence(), next++);
        log.ledger.Seen(record);
      }
    }
    ASSERT_TRUE(stream->Finish().ok());
    ASSERT_EQ(next, end);
    ASSERT_EQ(log.ledger.end(), end) << "an acknowledgement of what is not there";
    for (const auto& subscriber : log.subscribers) {
      ASSERT_TRUE(subscriber->next().WaitFor(end)) << "a subscriber stands at " << subscriber->next().value();
    }
  }

  // Small memory, so that flushes, compactions and reads from disk are part of it.
  ServerProcess server_{{"--memtable-bytes", "1MiB", "--tail-bytes", "1MiB", "--cache-bytes", "1MiB",
                         "--reserve-bytes", "0", "--log-level", "warn"}};
  // Made anew with each server: a connection may not have noticed yet that the one before is dead.
  std::optional<LogClient> client_{std::in_place, server_.address()};
  std::mt19937_64 random_;
  Failures failures_;
  Gate gate_;
  Counter acknowledged_;
  std::vector<std::unique_ptr<LogState>> logs_;
  std::vector<std::unique_ptr<LoadProducer>> producers_;
};

uint64_t Seed() {
  const char* given = std::getenv("REPLOG_SEED");
  const uint64_t seed = given != nullptr ? std::strtoull(given, nullptr, 10) : std::random_device()();
  std::cout << "REPLOG_SEED=" << seed << " repeats the choices of this run\n";
  return seed;
}

int Rounds(int otherwise) {
  const char* given = std::getenv("REPLOG_CRASH_ROUNDS");
  return given != nullptr ? std::atoi(given) : otherwise;
}

void Survive(uint64_t seed, v1::Durability second_log, int rounds) {
  CrashStory story(seed, second_log);
  for (int round = 0; round < rounds; ++round) {
    SCOPED_TRACE("round " + std::to_string(round));
    ASSERT_NO_FATAL_FAILURE(story.Round());
  }
  story.Finish();
}

TEST(Crash, EveryAcknowledgedRecordSurvivesAHundredKills) {
  Survive(Seed(), v1::DURABILITY_SYNC, Rounds(100));
}

// The system keeps what was written to it when only the process dies.
TEST(Crash, ALogThatIsNotSyncedSurvivesKillsToo) { Survive(Seed(), v1::DURABILITY_OS, Rounds(10)); }

}  // namespace
}  // namespace replog::testing
