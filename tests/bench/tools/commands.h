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

}  // namespace replog::bench
