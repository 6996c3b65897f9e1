#pragma once

#include <cstdint>
#include <stdexcept>
#include <string>

#include "client/status.h"

namespace replog::bench {

// What the commands of replog_bench_client take.
struct ClientOptions {
  std::string server;
  std::string log = "bench";
  uint64_t records = 1'000'000;
  uint64_t size = 100;
  std::string layout = "scattered";
  std::string channel;
  uint64_t streams = 1'000;
  uint64_t connections = 1;
  bool stalled = false;
  uint64_t keys = 1'000'000;
  uint64_t per_call = 1;
  uint64_t window = 64;
  uint64_t rate = 50;
  bool lines = false;
};

// A command that could not do its work; main prints it.
struct CommandError : std::runtime_error {
  explicit CommandError(const client::Status& status) : std::runtime_error(status.ToString()) {}
  using std::runtime_error::runtime_error;
};

// Each prints one JSON object on a line.

// Appends records of which one in 1000 is of the channel "rare": every thousandth one, or all in one run in
// the middle.
void Load(const ClientOptions& options);
// Replays the log, or one channel of it, to a callback.
void Read(const ClientOptions& options);
// Holds subscriptions open until standard input ends; prints once each has had its first frame.
void Hold(const ClientOptions& options);
// Looks up `records` keys of those that `replog bench append --keys` has put, some in each call.
void Lookup(const ClientOptions& options);
// Gets the log's table to a callback that counts.
void ReadTable(const ClientOptions& options);
// Keeps a Table<> as the node `bench-node` until standard input ends; prints once it is complete.
void HoldTable(const ClientOptions& options);
// Appends one record after another, and waits for each until every node has it.
void Barrier(const ClientOptions& options);
// Acquires, renews and releases a lease, again and again.
void Leases(const ClientOptions& options);

// The three that follow speak HTTP; `server` is where that is served.
// Appends batches of records, as JSON.
void HttpAppend(const ClientOptions& options);
// Appends at a rate, and measures when each of many event streams has it.
void HttpFanout(const ClientOptions& options);
// Holds event streams open until standard input ends; prints once each is at the end of the log.
void HttpHold(const ClientOptions& options);

void WaitForEndOfInput();

}  // namespace replog::bench
