// Producers behind a network that loses, repeats and reorders, and a server that is killed: each record is in
// the log once, in the order in which its producer took it, and each outcome is true.

#include <gtest/gtest.h>

#include <cstdlib>
#include <iostream>
#include <map>
#include <random>
#include <thread>

#include "client/producer.h"
#include "tests/faults/crash/gate.h"
#include "tests/faults/support/chaos_proxy.h"
#include "tests/faults/support/log_client.h"
#include "tests/support/server_process.h"

namespace replog::testing {
namespace {

using client::AppendFate;
using client::AppendOutcome;
using client::NewRecord;

// Larger than the server takes: refused, whenever it is sent.
constexpr size_t kTooLarge = (1 << 20) + 1;

uint64_t Seed() {
  const char* given = std::getenv("REPLOG_SEED");
  const uint64_t seed = given != nullptr ? std::strtoull(given, nullptr, 10) : std::random_device()();
  std::cout << "REPLOG_SEED=" << seed << " repeats the choices of this run\n";
  return seed;
}

// One producer with a channel of its own; a record's text is its number.
class Writer {
 public:
  Writer(const std::string& address, int number, uint64_t records, Counter& acknowledged)
      : channel_("writer-" + std::to_string(number)), records_(records), acknowledged_(acknowledged) {
    client::ClientOptions options;
    options.endpoints = {address};
    options.own_connections = true;
    options.backoff = {std::chrono::milliseconds(1), std::chrono::milliseconds(20), 2.0};
    client_.emplace(options);
  }

  void Run(uint64_t seed) {
    std::mt19937_64 random(seed);
    client::ProducerOptions options;
    options.max_batch_records = 1 + random() % 10;
    options.connect_timeout = std::chrono::minutes(2);
    client::Producer producer(*client_, options);
    const std::string too_large(kTooLarge, 'x');
    for (uint64_t i = 0; i < records_; ++i) {
      const bool poisoned = random() % 200 == 0;
      const std::string text = std::to_string(i);
      const NewRecord record{channel_, poisoned ? too_large : text, client::BodyKind::kText, {}};
      const auto status = producer.Append(
          record, [this, i, poisoned](const AppendOutcome& outcome) { OnOutcome(i, poisoned, outcome); });
      EXPECT_TRUE(status.ok()) << status.ToString();
      if (random() % 50 == 0) (void)producer.Flush();
    }
    (void)producer.Flush();
    EXPECT_EQ(outcomes_.size(), records_);
  }

  // What the log has of the channel, in order, must be what was acknowledged.
  void Check(const std::vector<v1::Record>& log) const {
    std::vector<std::pair<uint64_t, std::string>> expected, found;
    for (const auto& [number, sequence] : acknowledged_at_)
      expected.emplace_back(sequence, std::to_string(number));
    for (const v1::Record& record : log) {
      if (record.channel() == channel_) found.emplace_back(record.sequence(), record.text());
    }
    EXPECT_EQ(found, expected) << channel_;
  }

 private:
  void OnOutcome(uint64_t number, bool poisoned, const AppendOutcome& outcome) {
    EXPECT_EQ(number, outcomes_.size()) << "in order";
    outcomes_.push_back(outcome.fate);
    EXPECT_NE(outcome.fate, AppendFate::kUnknown) << outcome.status.ToString();
    EXPECT_FALSE(outcome.duplicate);
    if (poisoned) EXPECT_EQ(outcome.fate, AppendFate::kRejected);
    if (outcome.fate == AppendFate::kAcknowledged) acknowledged_at_[number] = outcome.sequence;
    acknowledged_.Add(1);
  }

  const std::string channel_;
  const uint64_t records_;
  Counter& acknowledged_;
  std::optional<client::Client> client_;
  std::vector<AppendFate> outcomes_;
  std::map<uint64_t, uint64_t> acknowledged_at_;  // sequences by the record's number
};

TEST(ExactlyOnce, WhateverTheNetworkDoesAndTheServerDies) {
  constexpr int kWriters = 3;
  constexpr uint64_t kRecords = 1'500;
  constexpr int kKills = 6;
  const uint64_t seed = Seed();
  ServerProcess server;
  ChaosProxy proxy(server.address(), seed, /*one_of=*/20);
  Counter acknowledged;
  std::vector<std::unique_ptr<Writer>> writers;
  std::vector<std::thread> threads;
  for (int i = 0; i < kWriters; ++i)
    writers.push_back(std::make_unique<Writer>(proxy.address(), i, kRecords, acknowledged));
  for (int i = 0; i < kWriters; ++i)
    threads.emplace_back([&, i] { writers[static_cast<size_t>(i)]->Run(seed + static_cast<uint64_t>(i)); });
  for (uint64_t kill = 1; kill <= kKills; ++kill) {
    ASSERT_TRUE(acknowledged.WaitFor(kill * kWriters * kRecords / (kKills + 1))) << "nothing gets on";
    server.Kill9();
    server.Restart();
  }
  for (std::thread& thread : threads) thread.join();
  LogClient reader(server.address());
  const auto log = reader.ReadAll("default", 0, reader.GetLog("default").committed_end());
  for (const auto& writer : writers) writer->Check(log);
  const auto counts = proxy.counts();
  std::cout << counts.lost_requests << " requests and " << counts.lost_answers << " answers were lost, "
            << counts.copies << " copies came\n";
  EXPECT_GT(counts.lost_requests, 10);
  EXPECT_GT(counts.lost_answers, 10);
  EXPECT_GT(counts.copies, 10);
}

}  // namespace
}  // namespace replog::testing
