#include <cstdio>
#include <nlohmann/json.hpp>

#include "client/producer.h"
#include "tests/bench/tools/commands.h"

namespace replog::bench {
namespace {

constexpr uint64_t kOneIn = 1'000;

bool IsRare(const ClientOptions& options, uint64_t i) {
  if (options.layout == "scattered") return i % kOneIn == kOneIn / 2;
  const uint64_t rare = options.records / kOneIn;
  const uint64_t first = (options.records - rare) / 2;
  return i >= first && i < first + rare;
}

}  // namespace

void Load(const ClientOptions& options) {
  client::Client client({.endpoints = {options.server}, .log = options.log});
  const auto created = client.CreateLog(options.log);
  if (!created.ok()) throw CommandError(created.status());
  client::Producer producer(client, {.stop_at_failure = true});
  const std::string body(options.size, 'x');
  uint64_t rare = 0;
  for (uint64_t i = 0; i < options.records; ++i) {
    const bool is_rare = IsRare(options, i);
    rare += is_rare ? 1 : 0;
    const auto status =
        producer.Append({.channel = is_rare ? "rare" : "common", .body = body, .headers = {}});
    if (!status.ok()) throw CommandError(status);
  }
  if (const auto status = producer.Flush(); !status.ok()) throw CommandError(status);
  const nlohmann::ordered_json result{{"records", options.records}, {"rare", rare}};
  std::printf("%s\n", result.dump().c_str());
}

}  // namespace replog::bench
