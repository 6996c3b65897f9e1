#include <chrono>
#include <cstdio>
#include <nlohmann/json.hpp>

#include "client/subscription.h"
#include "tests/bench/tools/commands.h"

namespace replog::bench {

void Read(const ClientOptions& options) {
  client::Client client({.endpoints = {options.server}, .log = options.log});
  const auto log = client.GetLog();
  if (!log.ok()) throw CommandError(log.status());
  uint64_t records = 0;
  uint64_t body_bytes = 0;
  client::SubscriptionOptions subscribe;
  subscribe.until_sequence = log->committed_end;
  if (!options.channel.empty()) subscribe.channels = {options.channel};
  subscribe.delivery = client::DeliveryThread::kShared;
  subscribe.on_record = [&](const client::RecordView& record) {
    ++records;
    body_bytes += record.body().size();
  };
  const auto start = std::chrono::steady_clock::now();
  client::Subscription subscription(client, std::move(subscribe));
  const auto status = subscription.Wait();
  const std::chrono::duration<double> seconds = std::chrono::steady_clock::now() - start;
  if (!status.ok()) throw CommandError(status);
  const nlohmann::ordered_json result{
      {"records", records}, {"body_bytes", body_bytes}, {"seconds", seconds.count()}};
  std::printf("%s\n", result.dump().c_str());
}

}  // namespace replog::bench
