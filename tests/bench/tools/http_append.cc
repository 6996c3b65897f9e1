#include <atomic>
#include <chrono>
#include <cstdio>
#include <nlohmann/json.hpp>
#include <thread>
#include <vector>

#include "tests/bench/tools/commands.h"
#include "tests/bench/tools/http_socket.h"

namespace replog::bench {
namespace {

// One batch, as JSON or as lines.
std::string Batch(const ClientOptions& options) {
  const nlohmann::ordered_json record{{"channel", "bench"}, {"text", std::string(options.size, 'x')}};
  std::string records;
  for (uint64_t i = 0; i < options.per_call; ++i) {
    if (i > 0) records += options.lines ? "\n" : ",";
    records += record.dump();
  }
  if (options.lines) return PostRequest("/v1/logs/default/records", "application/x-ndjson", records);
  return PostRequest("/v1/logs/default/records", "application/json", "{\"records\":[" + records + "]}");
}

}  // namespace

void HttpAppend(const ClientOptions& options) {
  const std::string request = Batch(options);
  const uint64_t batches = (options.records + options.per_call - 1) / options.per_call;
  std::atomic<uint64_t> next{0};
  std::atomic<bool> failed{false};
  const auto started = std::chrono::steady_clock::now();
  const auto append = [&] {
    try {
      HttpSocket socket(options.server);
      while (!failed && next++ < batches) {
        socket.Send(request);
        socket.ReadAnswer();
      }
    } catch (const std::exception& error) {
      if (!failed.exchange(true)) std::fprintf(stderr, "%s\n", error.what());
    }
  };
  std::vector<std::thread> threads;
  for (uint64_t i = 0; i < options.connections; ++i) threads.emplace_back(append);
  for (std::thread& thread : threads) thread.join();
  if (failed) throw CommandError("an append failed");
  const double seconds = std::chrono::duration<double>(std::chrono::steady_clock::now() - started).count();
  const uint64_t records = batches * options.per_call;
  const nlohmann::ordered_json result{
      {"records", records}, {"seconds", seconds}, {"records_per_s", static_cast<double>(records) / seconds}};
  std::printf("%s\n", result.dump().c_str());
}

}  // namespace replog::bench
