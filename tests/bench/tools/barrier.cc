// How soon a sync barrier answers once the last node has what it waits for.
#include <atomic>
#include <chrono>
#include <cstdio>
#include <memory>
#include <nlohmann/json.hpp>
#include <vector>

#include "client/cli/bench/percentiles.h"
#include "client/subscription.h"
#include "tests/bench/tools/commands.h"

namespace replog::bench {
namespace {

using BenchClock = std::chrono::steady_clock;

int64_t NowNs() { return BenchClock::now().time_since_epoch().count(); }

void RaiseTo(std::atomic<int64_t>& value, int64_t to) {
  int64_t seen = value.load();
  while (seen < to && !value.compare_exchange_weak(seen, to)) {
  }
}

std::unique_ptr<client::Subscription> MakeNode(const client::Client& client, const std::string& name,
                                               std::atomic<int64_t>& last_applied_ns) {
  client::SubscriptionOptions subscribe;
  subscribe.node = name;
  subscribe.delivery = client::DeliveryThread::kShared;
  subscribe.on_record = [&last_applied_ns](const client::RecordView&) { RaiseTo(last_applied_ns, NowNs()); };
  return std::make_unique<client::Subscription>(client, std::move(subscribe));
}

uint64_t AppendOne(client::Client& client) {
  const client::NewRecord record{.channel = "bench", .body = "token", .headers = {}, .key = "token"};
  const auto appended = client.Append({&record, 1});
  if (!appended.ok()) throw CommandError(appended.status());
  return appended->first_sequence;
}

void AwaitSynced(client::Client& client, const std::vector<std::string>& nodes, uint64_t sequence) {
  client::AwaitSyncOptions await;
  await.target = sequence;
  await.choice.nodes = nodes;
  await.timeout = std::chrono::seconds(10);
  const auto result = client.AwaitSync(await);
  if (!result.ok()) throw CommandError(result.status());
  if (result->outcome != client::SyncOutcome::kSynced)
    throw CommandError("the barrier answered " + std::string(SyncOutcomeName(result->outcome)));
}

}  // namespace

void Barrier(const ClientOptions& options) {
  client::Client client({.endpoints = {options.server}, .log = options.log});
  if (const auto created = client.CreateLog(options.log); !created.ok()) throw CommandError(created.status());
  std::atomic<int64_t> last_applied_ns = 0;
  std::vector<std::unique_ptr<client::Subscription>> nodes;
  std::vector<std::string> names;
  for (uint64_t i = 0; i < options.streams; ++i) {
    names.push_back("node-" + std::to_string(i));
    nodes.push_back(MakeNode(client, names.back(), last_applied_ns));
  }
  AwaitSynced(client, names, AppendOne(client));  // all are connected then
  std::vector<int64_t> after_applied;
  std::vector<int64_t> after_append;
  for (uint64_t i = 0; i < options.records; ++i) {
    const int64_t start = NowNs();
    AwaitSynced(client, names, AppendOne(client));
    const int64_t answered = NowNs();
    after_applied.push_back(answered - last_applied_ns.load());
    after_append.push_back(answered - start);
  }
  const nlohmann::ordered_json result{{"nodes", options.streams},
                                      {"barriers", options.records},
                                      {"after_last_applied_us", cli::PercentilesUs(after_applied)},
                                      {"after_append_us", cli::PercentilesUs(after_append)}};
  std::printf("%s\n", result.dump().c_str());
}

}  // namespace replog::bench
