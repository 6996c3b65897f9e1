// Round trips of a lease that nobody else wants.
#include <chrono>
#include <cstdio>
#include <nlohmann/json.hpp>
#include <vector>

#include "client/cli/bench/percentiles.h"
#include "client/client.h"
#include "tests/bench/tools/commands.h"

namespace replog::bench {
namespace {

// Adds how long `call` took; gives its result.
template <typename Call>
auto Timed(std::vector<int64_t>& samples_ns, const Call& call) {
  const auto start = std::chrono::steady_clock::now();
  auto result = call();
  samples_ns.push_back((std::chrono::steady_clock::now() - start).count());
  return result;
}

}  // namespace

void Leases(const ClientOptions& options) {
  client::Client client({.endpoints = {options.server}});
  std::vector<int64_t> acquired;
  std::vector<int64_t> renewed;
  std::vector<int64_t> released;
  for (uint64_t i = 0; i < options.records; ++i) {
    const auto lease =
        Timed(acquired, [&] { return client.AcquireLease({.name = "bench", .holder = "bench"}); });
    if (!lease.ok()) throw CommandError(lease.status());
    const auto renewal = Timed(renewed, [&] { return client.RenewLease(lease->token); });
    if (!renewal.ok()) throw CommandError(renewal.status());
    const auto release = Timed(released, [&] { return client.ReleaseLease(lease->token); });
    if (!release.ok()) throw CommandError(release);
  }
  const nlohmann::ordered_json result{{"rounds", options.records},
                                      {"acquired_after_us", cli::PercentilesUs(acquired)},
                                      {"renewed_after_us", cli::PercentilesUs(renewed)},
                                      {"released_after_us", cli::PercentilesUs(released)}};
  std::printf("%s\n", result.dump().c_str());
}

}  // namespace replog::bench
