// Conditional appends, reads and leases of a real server behave as if they came one after another, also when
// it is killed.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <cstdlib>
#include <iostream>
#include <random>

#include "tests/faults/linear/check.h"
#include "tests/faults/linear/choose.h"
#include "tests/faults/linear/liars.h"
#include "tests/faults/linear/run.h"
#include "tests/support/server_process.h"

namespace replog::linear {
namespace {

using ::testing::HasSubstr;
using testing::ServerProcess;

constexpr int kClients = 8;
constexpr int kCalls = 800;  // of each client
constexpr int kKills = 6;

uint64_t Seed() {
  const char* given = std::getenv("REPLOG_SEED");
  const uint64_t seed = given != nullptr ? std::strtoull(given, nullptr, 10) : std::random_device()();
  std::cout << "REPLOG_SEED=" << seed << " repeats the choices of this run\n";
  return seed;
}

std::vector<std::string> Flags() { return {"--reserve-bytes", "0", "--log-level", "warn"}; }

// `connect` makes the service of one client, given a seed.
template <typename Chooser, typename Connect>
History<typename Chooser::Model> Play(uint64_t seed, int calls, int kills, ServerProcess& server,
                                      const Connect& connect) {
  std::vector<Service<typename Chooser::Model>> services;
  for (int i = 0; i < kClients; ++i) services.push_back(connect(seed + static_cast<uint64_t>(i)));
  Run<Chooser> run(seed, calls, std::move(services));
  std::mt19937_64 random(seed);
  const auto all = static_cast<uint64_t>(kClients * calls);
  for (int kill = 0; kill < kills; ++kill) {
    const uint64_t part = all / static_cast<uint64_t>(kills + 1);
    EXPECT_TRUE(run.ended().WaitFor(static_cast<uint64_t>(kill) * part + random() % part + 1));
    server.Kill9();
    server.Restart();
  }
  return run.Finish();
}

template <typename Model>
void ExpectLinearizable(const History<Model>& history) {
  const auto lost =
      std::count_if(history.begin(), history.end(), [](const auto& call) { return !call.answer; });
  const auto refused = std::count_if(history.begin(), history.end(),
                                     [](const auto& call) { return call.answer && call.answer->refused; });
  std::cout << history.size() << " calls, " << refused << " refused, " << lost << " without an answer\n";
  EXPECT_GT(lost, 0) << "no kill hit a call";
  const Finding finding = Check(history);
  EXPECT_EQ(finding.verdict, Verdict::kLinearizable) << finding.text;
}

TEST(Linear, ConditionalAppendsAndReadsUnderKills) {
  const uint64_t seed = Seed();
  ServerProcess server(Flags());
  ExpectLinearizable(Play<RegisterChooser>(seed, kCalls, kKills, server,
                                           [&](uint64_t /*seed*/) { return RegistersAt(server.address()); }));
}

TEST(Linear, LeasesUnderKills) {
  const uint64_t seed = Seed();
  ServerProcess server(Flags());
  ExpectLinearizable(Play<LeaseChooser>(seed, kCalls, kKills, server,
                                        [&](uint64_t /*seed*/) { return LeasesAt(server.address()); }));
}

// Bugs that are planted between the clients and an honest server must be found.
template <typename Chooser, typename Honest, typename Liar>
void ExpectFound(Honest honest, Liar liar) {
  ServerProcess server(Flags());
  const auto history = Play<Chooser>(
      1, 200, 0, server, [&](uint64_t of_client) { return liar(honest(server.address()), of_client); });
  const Finding finding = Check(history);
  EXPECT_EQ(finding.verdict, Verdict::kNotLinearizable);
  EXPECT_THAT(finding.text, HasSubstr(finding.object + ": not linearizable"));
  std::cout << finding.text;
}

TEST(LinearLiars, StaleReadsAreFound) { ExpectFound<RegisterChooser>(RegistersAt, WithStaleReads); }
TEST(LinearLiars, LostWritesAreFound) { ExpectFound<RegisterChooser>(RegistersAt, WithLostWrites); }
TEST(LinearLiars, ConditionsThatAreNotLookedAtAreFound) {
  ExpectFound<RegisterChooser>(RegistersAt, WithoutConditions);
}
TEST(LinearLiars, DoubleGrantsAreFound) { ExpectFound<LeaseChooser>(LeasesAt, WithDoubleGrants); }
TEST(LinearLiars, ForgottenHoldersAreFound) { ExpectFound<LeaseChooser>(LeasesAt, WithForgottenHolders); }

}  // namespace
}  // namespace replog::linear
