#pragma once

#include <chrono>
#include <cstdint>
#include <memory>
#include <nlohmann/json.hpp>
#include <stdexcept>
#include <string>
#include <vector>

#include "client/cli/session.h"
#include "client/client.h"
#include "client/producer.h"
#include "client/subscription.h"

namespace replog::cli {

// What all benches take.
struct BenchOptions {
  uint64_t records = 1'000'000;
  uint64_t size = 100;
  uint64_t rate = 1'000;
  uint64_t subscribers = 1;
  uint64_t connections = 1;
  uint64_t batch_records = 100'000;
  uint64_t batch_bytes = 256 << 10;
  uint64_t window_bytes = 4 << 20;
  uint64_t frame_bytes = 0;
  uint64_t linger_us = 0;
  std::string durability = "sync";
  std::string log = "bench";
  bool keep = false;
  bool unary = false;
  // Records go to this many keys in turn; 0: they have no key.
  uint64_t keys = 0;
  // Each record has an id, which the server looks for among those before it.
  bool ids = false;
  // Without the stamps by which a batch that is sent again is told.
  bool plain = false;
  // "own" or "shared": which threads run the subscribers' callbacks; see DeliveryThread.
  std::string delivery = "shared";
};

// A bench that could not do its work, and why.
struct BenchError : std::runtime_error {
  explicit BenchError(const client::Status& why) : std::runtime_error(why.ToString()), status(why) {}
  explicit BenchError(const std::string& what) : std::runtime_error(what) {}
  client::Status status;  // OK when it is the bench's own finding
};

using BenchClock = std::chrono::steady_clock;

inline double SecondsSince(BenchClock::time_point start) {
  return std::chrono::duration<double>(BenchClock::now() - start).count();
}

// The log that a bench works in: created when it is not there, deleted at the end unless it is to be kept.
class BenchSession {
 public:
  BenchSession(const Session& session, const BenchOptions& options);
  ~BenchSession();
  BenchSession(const BenchSession&) = delete;
  BenchSession& operator=(const BenchSession&) = delete;

  const BenchOptions& options() const { return options_; }
  // Of the bench's connections; each is a TCP connection of its own.
  client::Client& client(uint64_t i) { return clients_[i % clients_.size()]; }
  client::ProducerOptions MakeProducerOptions() const;
  client::SubscriptionOptions MakeSubscriptionOptions() const;
  client::LogInfo Log();
  // A record's body of the wanted size that no compression makes much of.
  std::string Body() const;

  // {"bench":name, conditions…}; the bench adds its results.
  nlohmann::ordered_json Result(const char* name) const;
  static void Print(const nlohmann::ordered_json& result);

 private:
  const BenchOptions options_;
  std::vector<client::Client> clients_;
};

// The benches. Each prints one JSON object.
void RunAppendBench(BenchSession& session);
void RunReplayBench(BenchSession& session);
void RunFanoutBench(BenchSession& session);
void RunLatencyBench(BenchSession& session);
void RunSingleBench(BenchSession& session);

}  // namespace replog::cli
