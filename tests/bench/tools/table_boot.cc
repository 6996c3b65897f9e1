// How long a new node takes until its copy of the table is complete.
#include <chrono>
#include <cstdio>
#include <nlohmann/json.hpp>

#include "client/subscription.h"
#include "client/table.h"
#include "tests/bench/tools/commands.h"

namespace replog::bench {
namespace {

using BenchClock = std::chrono::steady_clock;

double SecondsSince(BenchClock::time_point start) {
  return std::chrono::duration<double>(BenchClock::now() - start).count();
}

// To a callback that counts, as Read does with the log.
nlohmann::ordered_json CountRows(const client::Client& client) {
  uint64_t records = 0;
  uint64_t body_bytes = 0;
  client::SubscriptionOptions subscribe;
  subscribe.table = true;
  subscribe.until_sequence = 0;  // ends when the table is complete
  subscribe.delivery = client::DeliveryThread::kShared;
  subscribe.on_record = [&](const client::RecordView& record) {
    ++records;
    body_bytes += record.body().size();
  };
  const auto start = BenchClock::now();
  client::Subscription subscription(client, std::move(subscribe));
  if (const auto status = subscription.Wait(); !status.ok()) throw CommandError(status);
  return {{"records", records}, {"body_bytes", body_bytes}, {"seconds", SecondsSince(start)}};
}

}  // namespace

void ReadTable(const ClientOptions& options) {
  const client::Client client({.endpoints = {options.server}, .log = options.log});
  std::printf("%s\n", CountRows(client).dump().c_str());
}

void HoldTable(const ClientOptions& options) {
  constexpr std::chrono::minutes kPatience(5);
  const client::Client client({.endpoints = {options.server}, .log = options.log});
  client::TableOptions<> table_options;
  table_options.node = "bench-node";
  table_options.fleet = "bench";
  const auto start = BenchClock::now();
  const client::Table<> table(client, std::move(table_options));
  if (const auto status = table.WaitReady(kPatience); !status.ok()) throw CommandError(status);
  const nlohmann::ordered_json result{{"records", table.size()}, {"seconds", SecondsSince(start)}};
  std::printf("%s\n", result.dump().c_str());
  std::fflush(stdout);
  WaitForEndOfInput();
}

}  // namespace replog::bench
